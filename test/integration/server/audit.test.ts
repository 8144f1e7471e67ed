import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POST } from '@/app/api/auth/[...all]/route'
import type { Principal } from '@/server/auth/principal'
import { appRouter } from '@/server/routers/app-router'
import { startWeb, type TestWeb } from '../../support/web'

/** They change nothing for anybody else, or write their own entry because nobody is signed in yet. */
const WITHOUT_ENTRY = new Set(['draft.save', 'me.saveSettings', 'setup.createAccount'])

const mutations = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
).flatMap(([path, { _def }]) => (_def.type === 'mutation' && !WITHOUT_ENTRY.has(path) ? [path] : []))

describe('who did what', () => {
  let web: TestWeb
  let admin: Principal
  beforeAll(async () => {
    web = await startWeb()
    admin = await web.person('admin')
  })
  afterAll(() => web.stop())

  const call = async (principal: Principal, path: string, input: unknown): Promise<unknown> => {
    const procedure = path
      .split('.')
      .reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], web.caller(principal))
    return (procedure as (input: unknown) => Promise<unknown>)(input)
  }

  it('every mutation leaves an entry, also where it is refused', async () => {
    expect(mutations.length).toBeGreaterThan(12)
    for (const path of mutations) await call(admin, path, { id: 'x', nodeId: 'x' }).catch(() => undefined)
    const entries = await web.db.prisma.auditEntry.findMany({ where: { userId: admin.userId } })
    expect(new Set(entries.map((entry) => entry.action))).toEqual(new Set(mutations))
    expect(entries.filter((entry) => entry.outcome === null)).toEqual([])
  })

  it('an entry names person, thing, project and outcome, and no secret', async () => {
    const made = await web.caller(admin).token.create({ name: 'laptop', role: 'viewer' })
    await web.caller(admin).token.revoke({ id: made.id })
    const invited = await web.caller(admin).project.invite({ role: 'viewer' })
    const { entries } = await web.caller(admin).audit.list({ limit: 3 })
    expect(entries.map(({ action, outcome, via }) => [action, outcome, via])).toEqual([
      ['project.invite', 'done', 'session'],
      ['token.revoke', 'done', 'session'],
      ['token.create', 'done', 'session'],
    ])
    expect(entries[0]).toMatchObject({ project: 'Default', data: { role: 'viewer' } })
    expect(entries[2]).toMatchObject({
      subject: made.id,
      who: { email: admin.email },
      data: { name: 'laptop', role: 'viewer' },
    })
    const stored = JSON.stringify(entries)
    expect(stored).not.toContain(made.secret)
    expect(stored).not.toContain(new URL(invited.link).searchParams.get('token'))
  })

  it('filters by action, person, subject and outcome, and pages on', async () => {
    const list = web.caller(admin).audit.list
    const tokens = await list({ action: 'token.', outcome: 'done' })
    expect(tokens.entries.map((entry) => entry.action)).toEqual(['token.revoke', 'token.create'])
    const older = await list({ action: 'token.', outcome: 'done', before: tokens.entries[0]!.id })
    expect(older.entries.map((entry) => entry.action)).toEqual(['token.create'])
    expect((await list({ person: 'nobody at all' })).entries).toEqual([])
    expect((await list({ person: admin.email, subject: tokens.entries[0]!.subject! })).entries).toHaveLength(
      2,
    )
    expect((await list({ outcome: 'refused' })).entries.length).toBeGreaterThan(5)
  })

  it('an admin reads their projects, an owner everything, everyone themselves', async () => {
    const elsewhere = await web.person('admin', await web.project('Elsewhere'))
    const viewer = await web.person('viewer')
    await web.caller(viewer).token.create({ name: 'mine', role: 'viewer' })
    const seen = async (principal: Principal) =>
      (await web.caller(principal).audit.list({ limit: 500 })).entries.map((entry) => entry.action)
    expect(await seen(elsewhere)).toEqual([])
    expect(await seen(viewer)).toEqual(['token.create'])
    expect(await seen({ ...elsewhere, isOwner: true })).toContain('project.invite')
    expect(await seen({ ...elsewhere, isOwner: true, ceiling: 'viewer' })).toEqual([])
  })

  it('sign-ins are entries too, and refused ones tell the address that was tried', async () => {
    const headers = {
      'content-type': 'application/json',
      origin: 'http://localhost:3000',
      host: 'localhost:3000',
    }
    const response = await POST(
      new Request('http://localhost:3000/api/auth/sign-in/email', {
        method: 'POST',
        headers,
        body: JSON.stringify({ email: 'eve@alto.example', password: 'a wild guess' }),
      }),
    )
    expect(response.status).toBe(401)
    const [entry] = await web.db.prisma.auditEntry.findMany({ orderBy: { id: 'desc' }, take: 1 })
    expect(entry).toMatchObject({ action: 'session.refused', data: { email: 'eve@alto.example' } })
  })
})
