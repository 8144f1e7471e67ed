import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GET, POST } from '@/app/api/auth/[...all]/route'
import { resolvePrincipal } from '@/server/auth/resolve-principal'
import { TestProcess } from '../../support/processes'
import { startWeb, type TestWeb } from '../../support/web'

const HERE = 'http://localhost:3000'
const provider = join(fileURLToPath(new URL('../../support', import.meta.url)), 'oidc-provider.mjs')

/** A browser's cookies, of both sides. */
class Cookies {
  private readonly jar = new Map<string, Map<string, string>>()

  take(host: string, response: Response): void {
    const own = this.jar.get(host) ?? new Map<string, string>()
    this.jar.set(host, own)
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';')
      const at = pair!.indexOf('=')
      own.set(pair!.slice(0, at), pair!.slice(at + 1))
    }
  }

  of(host: string): string {
    return [...(this.jar.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}

describe('single sign-on with an OpenID provider', () => {
  let web: TestWeb
  let process_: TestProcess
  let issuer: string
  beforeAll(async () => {
    process_ = TestProcess.start(process.execPath, [provider, `${HERE}/api/auth/callback/oidc`], {})
    issuer = /listening on (\S+)/.exec(await process_.line('listening on'))![1]!
    process.env.OIDC_ISSUER = issuer
    process.env.OIDC_CLIENT_ID = 'alto'
    process.env.OIDC_CLIENT_SECRET = 'a secret of the tests'
    web = await startWeb()
  })
  afterAll(async () => {
    await process_.kill()
    await web.stop()
  })

  /** Does what a browser does: from the button to the page that follows. */
  async function signIn(email: string, verified = true): Promise<{ cookies: Cookies; landed: URL }> {
    await fetch(`${issuer}/as?email=${encodeURIComponent(email)}&verified=${verified ? 'yes' : 'no'}`)
    const cookies = new Cookies()
    const begun = await POST(
      new Request(`${HERE}/api/auth/sign-in/social`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: HERE, host: 'localhost:3000' },
        body: JSON.stringify({ provider: 'oidc', callbackURL: '/', errorCallbackURL: '/sign-in' }),
      }),
    )
    cookies.take('localhost:3000', begun)
    let next = new URL(((await begun.json()) as { url: string }).url)
    for (let hop = 0; hop < 10; hop++) {
      const request = new Request(next, {
        headers: { cookie: cookies.of(next.host), host: next.host },
        redirect: 'manual',
      })
      if (next.host === 'localhost:3000' && !next.pathname.startsWith('/api/')) break
      const response = next.host === 'localhost:3000' ? await GET(request) : await fetch(request)
      cookies.take(next.host, response)
      const location = response.headers.get('location')
      if (!location) throw new Error(`${next.href} answered ${response.status}: ${await response.text()}`)
      next = new URL(location, next)
    }
    return { cookies, landed: next }
  }

  /** As an invitation makes them: its link went to their address. */
  async function invited(role: 'editor' | 'admin') {
    const person = await web.person(role)
    await web.db.prisma.user.update({ where: { id: person.userId }, data: { emailVerified: true } })
    return person
  }

  const principalOf = (cookies: Cookies) =>
    resolvePrincipal(new Headers({ cookie: cookies.of('localhost:3000') }))

  it('signs in an invited person, who keeps their roles', async () => {
    const person = await invited('editor')
    const { cookies, landed } = await signIn(person.email)
    expect(landed.href).toBe(`${HERE}/`)
    const principal = await principalOf(cookies)
    expect(principal).toMatchObject({ userId: person.userId, email: person.email, via: 'session' })
    expect(principal!.memberships.get(web.projectId)).toBe('editor')
    expect(await web.db.prisma.account.count({ where: { userId: person.userId, providerId: 'oidc' } })).toBe(
      1,
    )
  })

  it('makes no account for somebody whom nobody invited', async () => {
    const { cookies, landed } = await signIn('stranger@alto.example')
    expect(landed.pathname).toBe('/sign-in')
    expect(landed.searchParams.get('error')).not.toBeNull()
    expect(await principalOf(cookies)).toBeNull()
    expect(await web.db.prisma.user.count({ where: { email: 'stranger@alto.example' } })).toBe(0)
  })

  it('takes nobody over with an address that the provider did not verify', async () => {
    const victim = await invited('admin')
    const { cookies } = await signIn(victim.email, false)
    expect(await principalOf(cookies)).toBeNull()
    expect(await web.db.prisma.account.count({ where: { userId: victim.userId, providerId: 'oidc' } })).toBe(
      0,
    )
  })

  it('refuses an answer that belongs to no request of this browser', async () => {
    const forged = await GET(
      new Request(`${HERE}/api/auth/callback/oidc?code=guess&state=guess`, {
        headers: { host: 'localhost:3000' },
      }),
    )
    expect(forged.headers.getSetCookie().join()).not.toMatch(/session_token=[^;]/)
  })
})
