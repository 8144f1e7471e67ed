import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nanoid } from 'nanoid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Webhooks } from '@/control-plane/webhooks/webhooks'
import type { Principal } from '@/server/auth/principal'
import { droppableResults, markResultsDropped } from '@/server/db/result-retention'
import { endCancelled } from '@/server/db/serving-cancel'
import { startWeb, type TestWeb } from '../../support/web'

const SECRET = `whsec_${Buffer.from('a key of some bytes').toString('base64')}`
const ATTEMPTS = 7

let web: TestWeb
let editor: Principal
let deploymentId: string

beforeAll(async () => {
  web = await startWeb()
  editor = await web.person('editor')
  deploymentId = nanoid(12)
  await web.db.pool.query(
    `INSERT INTO "Job" ("id", "projectId", "kind", "name", "state", "gpus") VALUES ($1, $2, 'deployment', 'pair', 'running', 1)`,
    [deploymentId, web.projectId],
  )
  await web.db.pool.query(
    `INSERT INTO "Deployment" ("jobId", "videoModel", "gpuIds", "webhookSecret", "abilities") VALUES ($1, 'v', '{}', $2, $3)`,
    [deploymentId, SECRET, JSON.stringify({ image: null, video: VIDEO })],
  )
})

afterAll(() => web?.stop())

const VIDEO = {
  kind: 'video',
  sizeMultiple: 8,
  minSize: 32,
  maxSize: 128,
  frameMultiple: 4,
  frameOffset: 0,
  maxFrames: 32,
  defaultSteps: 30,
  defaultGuidance: 4,
  sizes: [[32, 32]],
  frames: [4],
  fps: 8,
  promptMax: 4000,
  family: 'tiny',
  weightBytes: 1,
}

/** A receiver that answers each call as the next of `answers` says; `null` hangs up. After them: 500. */
async function receiver(answers: (number | null)[]) {
  const seen: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer((message, response) => {
    let body = ''
    message.on('data', (data: Buffer) => {
      body += data.toString()
    })
    message.on('end', () => {
      seen.push({ headers: message.headers, body })
      const status = answers.length > 0 ? answers.shift()! : 500
      if (status === null) message.socket.destroy()
      else response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return { seen, url, close: () => new Promise((resolve) => server.close(resolve)) }
}

/** A request with a webhook that has ended. */
async function ended(webhookUrl: string): Promise<string> {
  const caller = web.caller(editor)
  const { ids } = await caller.request.create({
    deploymentId,
    spec: { kind: 'video', prompt: 'a red circle', webhookUrl },
  })
  await caller.request.cancel({ id: ids[0]! })
  await endCancelled(web.db.pool, ids[0]!)
  return ids[0]!
}

const deliveryOf = async (id: string) => (await web.caller(editor).request.get({ id })).webhook!

/** What waits for its next attempt is due now. */
const timePasses = () =>
  web.db.pool.query(
    `UPDATE "WebhookDelivery" SET "nextAt" = now() - interval '1 minute' WHERE "deliveredAt" IS NULL AND "failedAt" IS NULL`,
  )

test('[S43] a webhook that fails twice is sent again, signed each time, until it is taken', async () => {
  const target = await receiver([500, null, 204])
  const id = await ended(target.url)
  const webhooks = new Webhooks(web.db.pool, true)
  await webhooks.send()
  expect(await deliveryOf(id)).toMatchObject({
    attempts: 1,
    lastError: 'It answered 500.',
    deliveredAt: null,
  })
  // Not before its time.
  await web.db.pool.query(`UPDATE "WebhookDelivery" SET "nextAt" = now() + interval '1 hour'`)
  await webhooks.send()
  expect(target.seen).toHaveLength(1)
  await timePasses()
  await webhooks.send()
  expect(await deliveryOf(id)).toMatchObject({ attempts: 2, deliveredAt: null, failedAt: null })
  await timePasses()
  await webhooks.send()
  expect(await deliveryOf(id)).toMatchObject({
    attempts: 3,
    lastError: null,
    failedAt: null,
    deliveredAt: expect.any(Date) as Date,
  })
  expect(target.seen).toHaveLength(3)
  for (const { headers, body } of target.seen) {
    const at = headers['webhook-timestamp'] as string
    expect(Math.abs(Date.now() / 1000 - Number(at))).toBeLessThan(300)
    expect(headers['webhook-id']).toBe(id)
    const expected = createHmac('sha256', 'a key of some bytes')
      .update(`${id}.${at}.${body}`)
      .digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${expected}`)
    expect(JSON.parse(body)).toMatchObject({ type: 'request.cancelled', data: { id, state: 'cancelled' } })
  }
  await timePasses()
  await webhooks.send()
  expect(target.seen).toHaveLength(3)
  await target.close()
})

test('[S43] a webhook that nobody takes is given up with a sentence', async () => {
  const target = await receiver([])
  const id = await ended(target.url)
  const webhooks = new Webhooks(web.db.pool, true)
  for (let attempt = 0; attempt < ATTEMPTS + 1; attempt++) {
    await webhooks.send()
    await timePasses()
  }
  expect(target.seen).toHaveLength(ATTEMPTS)
  expect(await deliveryOf(id)).toMatchObject({
    attempts: ATTEMPTS,
    deliveredAt: null,
    failedAt: expect.any(Date) as Date,
    lastError: 'It answered 500. Given up after 7 attempts.',
  })
  await target.close()
})

test('[S44] results are removed by age and beyond their size, the oldest first, and say so', async () => {
  const { pool } = web.db
  const made = async (id: string, daysAgo: number, mebibytes: number) => {
    await pool.query(
      `INSERT INTO "Request" ("id", "deploymentId", "projectId", "groupId", "kind", "prompt", "width", "height", "frames",
         "steps", "seed", "state", "deadlineAt", "endedAt", "resultPath", "resultType", "resultBytes")
       VALUES ($1, $2, $3, $1, 'video', 'a', 32, 32, 4, 4, 1, 'done', now(), now() - $4::float8 * interval '1 day',
         'requests/' || $1 || '/result.mp4', 'video/mp4', $5::bigint * 1048576)`,
      [id, deploymentId, web.projectId, daysAgo, mebibytes],
    )
  }
  await made('v-old', 40, 1)
  await made('v-large', 3, 700)
  await made('v-middle', 2, 600)
  await made('v-new', 1, 300)
  const due = async () => (await droppableResults(pool)).map((one) => one.requestId)
  expect(await due()).toEqual(['v-old'])
  const caller = web.caller(editor)
  await caller.deployment.update({ id: deploymentId, settings: { keepDays: 0 } })
  expect(await due()).toEqual([])
  await caller.deployment.update({ id: deploymentId, settings: { keepDays: 30, keepGiB: 1 } })
  const results = await droppableResults(pool)
  expect(results.map((one) => [one.requestId, one.path])).toEqual([
    ['v-old', 'requests/v-old'],
    ['v-large', 'requests/v-large'],
  ])
  await markResultsDropped(pool, results)
  expect(await due()).toEqual([])
  const { request } = await caller.request.get({ id: 'v-large' })
  expect(request).toMatchObject({
    state: 'done',
    sentence: 'Its file was removed: the newest 1 GiB of results are kept.',
  })
  const sentence = (await caller.request.get({ id: 'v-old' })).request.sentence
  expect(sentence).toBe('Its file was removed: results are kept for 30 days.')
})
