import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POST } from '@/app/api/v1/datasets/route'
import { issueToken } from '@/server/auth/issue-token'
import { startWeb, type TestWeb } from '../../support/web'

const rows = '{"prompt": "1+1", "completion": "2"}\n{"prompt": "2+2", "completion": "4"}\n'

describe('uploads', () => {
  let web: TestWeb
  let secret: string
  beforeAll(async () => {
    web = await startWeb()
    process.env.ALTO_UPLOAD_LIMIT_BYTES = '1000'
    const { userId } = await web.person('editor')
    secret = (await issueToken({ userId, name: 'ci', role: 'editor', expiresAt: null })).secret
  })
  afterAll(() => web.stop())

  const send = (name: string, body: BodyInit, headers: Record<string, string> = {}) =>
    POST(
      new Request(`http://localhost:3000/api/v1/datasets?name=${encodeURIComponent(name)}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, ...headers },
        body,
        duplex: 'half',
      } as RequestInit),
    )
  const files = () => {
    const folder = join(web.dataDir, 'artifacts', 'datasets', web.projectId)
    return existsSync(folder) ? readdirSync(folder) : []
  }
  const message = async (response: Response) =>
    ((await response.json()) as { error: { message: string } }).error.message

  it('stores a good file and says how a sweep names it', async () => {
    const response = await send('sums.jsonl', rows)
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject({
      name: 'sums.jsonl',
      rows: 2,
      reference: 'upload/sums.jsonl',
    })
    expect(files()).toHaveLength(1)
  })

  it.each([
    ['a malformed row', 'a.jsonl', `${rows}{"prompt": `, /^Row 3 of a\.jsonl is not JSON/],
    ['an empty file', 'a.jsonl', '', /has no rows|must be the/],
    ['a name that leaves the folder', '../a.jsonl', rows, /A data set is a \.jsonl file/],
    ['a name that is taken', 'sums.jsonl', rows, /sums\.jsonl exists already/],
    ['a file above the limit', 'big.jsonl', rows.repeat(40), /larger than/],
  ])('refuses %s and keeps nothing of it', async (_, name, body, sentence) => {
    const response = await send(name, body)
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    expect(await message(response)).toMatch(sentence)
    expect(files()).toHaveLength(1)
    expect(await web.db.prisma.dataset.count()).toBe(1)
  })

  it('keeps nothing of an upload that was cut off', async () => {
    const short = await send('cut.jsonl', rows, { 'content-length': '500' })
    expect(await message(short)).toMatch(/was cut off after 74 bytes/)
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(rows))
        controller.error(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
      },
    })
    expect(await message(await send('cut.jsonl', broken))).toMatch(/was cut off/)
    expect(files()).toHaveLength(1)
  })

  it('needs the role editor', async () => {
    const { userId } = await web.person('viewer')
    const viewer = await issueToken({ userId, name: 'ci', role: 'admin', expiresAt: null })
    const response = await send('v.jsonl', rows, { authorization: `Bearer ${viewer.secret}` })
    expect(response.status).toBe(403)
  })
})
