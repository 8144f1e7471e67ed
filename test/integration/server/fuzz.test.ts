import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '@/server/auth/issue-token'
import { fuzzContracts } from '../../fuzz/fuzz-contracts'
import { fuzzRest } from '../../fuzz/fuzz-rest'
import { fuzzUploads } from '../../fuzz/fuzz-uploads'
import { serveRest } from '../../fuzz/serve-rest'
import { startWeb, type TestWeb } from '../../support/web'

/** A few seconds of what `npm run fuzz` does for minutes, with a fixed seed. */
describe('whatever is sent', () => {
  let web: TestWeb
  let rest: Awaited<ReturnType<typeof serveRest>>
  let token: string
  beforeAll(async () => {
    web = await startWeb()
    rest = await serveRest()
    const { userId } = await web.person('admin')
    token = (await issueToken({ userId, name: 'fuzz', role: 'admin', expiresAt: null })).secret
  })
  afterAll(async () => {
    await rest.close()
    await web.stop()
  })

  it('contracts: both languages read it or refuse it, and agree', () => {
    const { inputs, accepted, failures } = fuzzContracts(3_000, 11)
    expect(failures).toEqual([])
    expect(inputs).toBeGreaterThanOrEqual(3_000)
    expect(accepted).toBeGreaterThan(300)
  })

  it('REST: nothing ends in a 500, and every operation is reached', async () => {
    const { inputs, accepted, failures, operations } = await fuzzRest(rest.base, token, 700, 11)
    expect(failures).toEqual([])
    expect(operations).toBeGreaterThan(30)
    expect(inputs).toBeGreaterThan(400)
    expect(accepted).toBeGreaterThan(50)
  })

  it('uploads: stored or refused, never a 500', async () => {
    const { accepted, failures } = await fuzzUploads(rest.base, token, 150, 11)
    expect(failures).toEqual([])
    expect(accepted).toBeGreaterThan(5)
  })
})
