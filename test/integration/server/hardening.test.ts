import { NextRequest } from 'next/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POST as auth } from '@/app/api/auth/[...all]/route'
import { POST as trpc } from '@/app/api/trpc/[trpc]/route'
import { proxy } from '@/proxy'
import { issueToken } from '@/server/auth/issue-token'
import { issueOneTimeSecret } from '@/server/auth/one-time-secret'
import { handleRest } from '@/server/rest/handle'
import { startWeb, type TestWeb } from '../../support/web'

const HERE = 'https://alto.example'

describe('what an attacker tries first', () => {
  let web: TestWeb
  let secret: string
  beforeAll(async () => {
    web = await startWeb()
    process.env.ALTO_URL = HERE
    process.env.ALTO_REQUESTS_PER_MINUTE = '120'
    const { userId } = await web.person('editor')
    secret = (await issueToken({ userId, name: 'ci', role: 'editor', expiresAt: null })).secret
  })
  afterAll(() => web.stop())

  const rest = (path: string, init: RequestInit & { duplex?: 'half' } = {}, token = secret) =>
    handleRest(
      new Request(`${HERE}/api/v1${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...init.headers },
      }),
      path.slice(1).split('/'),
    )

  it('cookies are secure and out of reach of scripts where people come by https', async () => {
    const { secret: link } = await issueOneTimeSecret('setup', 60_000)
    const password = 'a long password'
    await web
      .caller(null)
      .setup.createAccount({ token: link, name: 'Ada', email: 'ada@alto.example', password })
    const answer = await auth(
      new Request(`${HERE}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: HERE, host: 'alto.example' },
        body: JSON.stringify({ email: 'ada@alto.example', password }),
      }),
    )
    expect(answer.status).toBe(200)
    const [cookie] = answer.headers.getSetCookie().filter((line) => line.includes('session_token'))
    for (const attribute of [/^__Secure-/, /; HttpOnly/i, /; Secure/i, /; SameSite=Lax/i])
      expect(cookie).toMatch(attribute)
  })

  it('a database without room says so in one sentence, changes nothing, and goes on when there is room again', async () => {
    const { pool, prisma } = web.db
    // As Postgres says it in the middle of a transaction, when a file cannot be extended.
    await pool.query(`CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = 'disk_full'; END $$`)
    await pool.query(
      'CREATE TRIGGER full_disk BEFORE INSERT ON "ApiToken" FOR EACH ROW EXECUTE FUNCTION no_room()',
    )
    const create = () =>
      rest('/tokens', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'more', role: 'viewer' }),
      })
    const before = await prisma.apiToken.count()
    const refused = await create()
    expect(((await refused.json()) as { error: { message: string } }).error.message).toBe(
      'The disk of the database is full, and nothing was changed. Free some space on it, then try again.',
    )
    expect(await prisma.apiToken.count()).toBe(before)
    await pool.query('DROP TRIGGER full_disk ON "ApiToken"')
    expect((await create()).status).toBeLessThan(300)
    expect(await prisma.apiToken.count()).toBe(before + 1)
  })

  it('another site’s page changes nothing with a person’s cookie, and reads nothing', async () => {
    const request = (origin: string) =>
      new Request(`${HERE}/api/trpc/token.create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: 'x=y', origin, host: 'alto.example' },
        body: '{}',
      })
    const forged = await trpc(request('https://evil.example'))
    expect(forged.status).toBe(403)
    expect(forged.headers.get('access-control-allow-origin')).toBeNull()
    expect((await trpc(request(HERE))).status).toBe(401)
  })

  it('a body above the limit is refused, whatever its header says', async () => {
    const mebibyte = new Uint8Array(1024 ** 2).fill(32)
    const endless = () =>
      new ReadableStream({
        pull(controller) {
          controller.enqueue(mebibyte)
        },
      })
    const answer = await rest('/sweeps', { method: 'POST', body: endless(), duplex: 'half' })
    expect(answer.status).toBe(413)
    const batched = await trpc(
      new Request(`${HERE}/api/trpc/sweep.submit`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}` },
        body: endless(),
        duplex: 'half',
      } as RequestInit),
    )
    expect(batched.status).toBe(413)
  })

  it('who asks too often waits, and nobody else does', async () => {
    const statuses = []
    for (let i = 0; i < 70; i++) statuses.push((await rest('/me', {}, 'alto_guess')).status)
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
    const refused = await rest('/me', {}, 'alto_guess')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await rest('/me')).status).toBe(200)
  })

  it('pages run no script but their own and cannot be framed', () => {
    const policy = (response: Response) => response.headers.get('content-security-policy') ?? ''
    const [one, other] = [1, 2].map(() => policy(proxy(new NextRequest(`${HERE}/`))))
    expect(one).not.toBe(other)
    expect(one).toMatch(/script-src 'self' 'nonce-[^']+'(;| )/)
    expect(/script-src [^;]*/.exec(one!)![0]).not.toMatch(/unsafe-inline|\*|https?:/)
    for (const rule of [
      "frame-ancestors 'none'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ])
      expect(one).toContain(rule)
  })
})
