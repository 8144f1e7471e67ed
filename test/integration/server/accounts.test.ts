import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POST } from '@/app/api/auth/[...all]/route'
import { issueToken } from '@/server/auth/issue-token'
import { issueOneTimeSecret } from '@/server/auth/one-time-secret'
import { resolvePrincipal } from '@/server/auth/resolve-principal'
import { startWeb, type TestWeb } from '../../support/web'

const ada = { name: 'Ada', email: 'Ada@alto.example', password: 'a long password' }
const HOUR_MS = 3600_000

const signIn = (email: string, password: string, origin = 'http://localhost:3000') =>
  POST(
    new Request('http://localhost:3000/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, host: 'localhost:3000' },
      body: JSON.stringify({ email, password }),
    }),
  )

describe('accounts', () => {
  let web: TestWeb
  beforeAll(async () => {
    web = await startWeb()
  })
  afterAll(() => web.stop())

  it('two people open the set-up link at the same moment: one becomes the owner', async () => {
    const { secret } = await issueOneTimeSecret('setup', HOUR_MS)
    const anyone = web.caller(null)
    expect(await anyone.setup.status({ token: secret })).toMatchObject({ hasOwner: false, link: 'setup' })
    const tries = await Promise.allSettled([
      anyone.setup.createAccount({ ...ada, token: secret }),
      anyone.setup.createAccount({ ...ada, email: 'eve@alto.example', token: secret }),
    ])
    expect(tries.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await web.db.prisma.user.count({ where: { isOwner: true } })).toBe(1)
    await web.db.prisma.user.updateMany({ where: { isOwner: true }, data: { email: 'ada@alto.example' } })
    expect(await anyone.setup.status({ token: secret })).toMatchObject({ hasOwner: true, link: 'invalid' })
  })

  it('a second set-up link makes no second owner and stays unused', async () => {
    const { secret } = await issueOneTimeSecret('setup', HOUR_MS)
    await expect(
      web.caller(null).setup.createAccount({ ...ada, email: 'b@alto.example', token: secret }),
    ).rejects.toThrow(/first account exists already/)
    expect(await web.db.prisma.user.count({ where: { email: 'b@alto.example' } })).toBe(0)
  })

  it('signs in with a cookie, and only with the right password', async () => {
    const wrong = await signIn('ada@alto.example', 'another password')
    expect(wrong.status).toBe(401)
    const right = await signIn('ada@alto.example', ada.password)
    expect(right.status).toBe(200)
    const cookie = right.headers.get('set-cookie')!
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/SameSite=Lax/i)
    const principal = await resolvePrincipal(new Headers({ cookie: cookie.split(';')[0]! }))
    expect(principal).toMatchObject({ email: 'ada@alto.example', isOwner: true, via: 'session' })
  })

  it('refuses a sign-in that another site sends', async () => {
    const response = await signIn('ada@alto.example', ada.password, 'https://evil.example')
    expect(response.status).toBe(403)
  })

  it('has no public sign-up', async () => {
    const response = await POST(
      new Request('http://localhost:3000/api/auth/sign-up/email', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: 'http://localhost:3000',
          host: 'localhost:3000',
        },
        body: JSON.stringify({ ...ada, email: 'stranger@alto.example' }),
      }),
    )
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(await web.db.prisma.user.count({ where: { email: 'stranger@alto.example' } })).toBe(0)
  })

  it('an invitation gives its role in its project, once', async () => {
    const admin = web.caller(await web.person('admin'))
    const { link } = await admin.project.invite({ role: 'viewer' })
    const token = new URL(link).searchParams.get('token')!
    const anyone = web.caller(null)
    expect(await anyone.setup.status({ token })).toMatchObject({ link: 'invite' })
    const { userId } = await anyone.setup.createAccount({ ...ada, email: 'grace@alto.example', token })
    expect(await web.db.prisma.membership.findMany({ where: { userId } })).toMatchObject([
      { projectId: web.projectId, role: 'viewer' },
    ])
    await expect(anyone.setup.createAccount({ ...ada, email: 'other@alto.example', token })).rejects.toThrow(
      /used already/,
    )
  })

  it('an API token is its person with at most its role, until it ends', async () => {
    const { userId } = await web.person('admin')
    const headers = (secret: string) => new Headers({ authorization: `Bearer ${secret}` })
    const { secret, id } = await issueToken({ userId, name: 'ci', role: 'viewer', expiresAt: null })
    expect(await resolvePrincipal(headers(secret))).toMatchObject({ userId, ceiling: 'viewer', via: 'token' })
    const principal = (await resolvePrincipal(headers(secret)))!
    await expect(web.caller(principal).token.create({ name: 'stronger', role: 'admin' })).rejects.toThrow(
      /cannot make/,
    )
    await web.db.prisma.apiToken.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1000) } })
    expect(await resolvePrincipal(headers(secret))).toBeNull()
    expect(await resolvePrincipal(headers('alto_guess'))).toBeNull()
    const stored = JSON.stringify(await web.db.prisma.apiToken.findMany())
    expect(stored).not.toContain(secret)
  })

  it('slows down whoever guesses passwords', async () => {
    const answers: number[] = []
    for (let attempt = 0; attempt < 14; attempt++)
      answers.push((await signIn('ada@alto.example', 'guess guess')).status)
    expect(answers).toContain(429)
  })
})
