import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deploymentSettings } from '@/contracts/deployment-spec'
import type { Principal } from '@/server/auth/principal'
import { openAiError } from '@/server/rest/openai/answer'
import { generateImages } from '@/server/rest/openai/generate-images'
import { createVideo, getVideo } from '@/server/rest/openai/videos'
import { requestFile } from '@/server/rest/request-file'
import { TestCluster } from '../../support/cluster'
import { eventually, type TestProcess } from '../../support/processes'
import { startWeb, type TestWeb } from '../../support/web'

let web: TestWeb
let cluster: TestCluster
let editor: Principal
let token: string
let deploymentId: string
let agent: TestProcess
let controlPlane: TestProcess

const caller = () => web.caller(editor)
const far = 3_600_000

interface Refusal {
  error: { message: string; param: string | null; code: string | null }
}

/** As a client of OpenAI's library calls it. */
async function post(
  handler: (request: Request) => Promise<Response>,
  body: unknown,
  signal?: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Response> {
  const request = new Request('http://localhost:3000/api/v1/x', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  })
  return handler(request).catch(openAiError)
}

async function requestIn(id: string, states: readonly string[], seconds = 90) {
  return eventually(
    `request ${id} to be ${states.join(' or ')}\n${agent.lines.slice(-12).join('\n')}`,
    seconds,
    async () => {
      const detail = await caller().request.get({ id })
      // The last bar of the waterfall follows the result by one batch.
      const isWhole = detail.request.state !== 'done' || detail.segments.at(-1)?.phase === 'decode'
      return isWhole && states.includes(detail.request.state) && detail
    },
  )
}

const video = (change: object = {}) => ({
  deploymentId,
  spec: {
    kind: 'video' as const,
    prompt: 'a red circle moves right',
    width: 32,
    height: 32,
    frames: 8,
    steps: 120,
    seed: 3,
    deadlineMs: far,
    ...change,
  },
})

const stepsOf = (id: string, least: number) =>
  eventually(`step ${least} of ${id}`, 60, async () => {
    const { request } = await caller().request.get({ id })
    return request.stepsDone >= least && request
  })

beforeAll(async () => {
  web = await startWeb()
  cluster = await TestCluster.create(process.env.DATABASE_URL!)
  process.env.ALTO_DATA_DIR = cluster.dataDir
  editor = await web.person('editor')
  token = (await web.caller(editor).token.create({ name: 'client', role: 'editor' })).secret
  controlPlane = await cluster.controlPlane({ ALTO_POLL_SECONDS: '1' })
  agent = await cluster.agent()
  await eventually('the node', 60, async () => (await web.db.prisma.gpu.count()) > 0)
  const made = await caller().deployment.create({
    spec: {
      name: 'pair',
      imageModel: 'builtin/tiny-image',
      videoModel: 'builtin/tiny-video',
      gpuIds: ['node-a/0'],
    },
  })
  if (!made.accepted) throw new Error(made.problems[0]!.message)
  deploymentId = made.id
}, 180_000)

afterAll(async () => {
  await cluster?.close()
  await web?.stop()
})

describe('serving with the built-in models', () => {
  test('[S36] a deployment holds its GPUs, is measured, and says so when it is ready', async () => {
    const { deployment, profile } = await eventually('the deployment to be ready', 150, async () => {
      const answer = await caller().deployment.get({ id: deploymentId })
      if (answer.deployment.state === 'failed') throw new Error(answer.deployment.error!)
      return answer.deployment.phase === 'ready' && answer.profile.length > 0 && answer
    })
    expect(deployment).toMatchObject({ state: 'running', probe: { state: 'done' } })
    expect(new Set(profile.map((row) => row.kind))).toEqual(new Set(['image', 'video']))
    for (const row of profile) expect(Math.min(row.stepMs!, row.encodeMs!, row.decodeMs!)).toBeGreaterThan(0)
    expect(await cluster.rows('SELECT "gpuIds" FROM "Lease" WHERE "subject" LIKE \'deployment:%\'')).toEqual([
      { gpuIds: ['node-a/0'] },
    ])
  }, 180_000)

  test('an image, as a client of OpenAI asks for it', async () => {
    const answer = await post(generateImages, {
      model: 'pair',
      prompt: 'a red circle left of a blue square',
      n: 2,
      size: '32x32',
      response_format: 'b64_json',
      deadline_ms: far,
      steps: 8,
      seed: 1,
    })
    expect(answer.status).toBe(200)
    const { data } = (await answer.json()) as { data: { b64_json: string; id: string }[] }
    expect(data).toHaveLength(2)
    for (const one of data) {
      expect(Buffer.from(one.b64_json, 'base64').subarray(1, 4).toString()).toBe('PNG')
      const detail = await requestIn(one.id, ['done'])
      expect(detail.request).toMatchObject({ state: 'done', onTime: true, stepsDone: 8 })
      const phases = detail.segments.map((bar) => bar.phase)
      expect([phases[0], phases.at(-1)]).toEqual(['encode', 'decode'])
      const steps = detail.segments.reduce((sum, bar) => sum + bar.steps, 0)
      expect(steps).toBe(8)
      expect(detail.receipts.at(-1)).toMatchObject({ kind: 'quoted' })
    }
    const { series } = await caller().deployment.attainment({
      id: deploymentId,
      from: new Date(Date.now() - far),
      to: new Date(Date.now() + 1000),
      buckets: 4,
    })
    expect(series[0]).toMatchObject({ key: 'all', whole: { onTime: 2, total: 2 } })
  })

  test('[S4] [S5] a video gives way to an image at a step boundary and loses no step', async () => {
    const { ids } = await caller().request.create(video())
    await stepsOf(ids[0]!, 2)
    const image = await post(generateImages, {
      prompt: 'a green triangle',
      size: '32x32',
      steps: 4,
      deadline_ms: 60_000,
      accept_late: true,
    })
    expect(image.status).toBe(200)
    const { request, receipts, segments } = await requestIn(ids[0]!, ['done', 'failed'])
    expect(request).toMatchObject({ state: 'done', stepsDone: 120, attempt: 1 })
    expect(segments.reduce((sum, bar) => sum + bar.steps, 0)).toBe(120)
    expect(receipts.map((one) => one.kind)).toEqual(expect.arrayContaining(['paused', 'resumed']))
    expect(receipts.find((one) => one.kind === 'resumed')!.sentence).toMatch(/^Paused for .* No step lost\.$/)
    const file = Buffer.from(await (await requestFile(ids[0]!, 'result')).arrayBuffer())
    expect(file.subarray(4, 8).toString()).toBe('ftyp')
  }, 150_000)

  test('[S38] a new leader takes over what runs', async () => {
    const { ids } = await caller().request.create(video({ steps: 200 }))
    await stepsOf(ids[0]!, 2)
    cluster.processes.delete(controlPlane)
    await controlPlane.kill('SIGKILL')
    controlPlane = await cluster.controlPlane({ ALTO_POLL_SECONDS: '1' })
    const { request } = await requestIn(ids[0]!, ['done', 'failed'])
    expect(request).toMatchObject({ state: 'done', stepsDone: 200, attempt: 1 })
  }, 150_000)

  test('[S39] a video goes on from its newest state on disk when its executor dies, and says so', async () => {
    const { ids } = await caller().request.create(video({ steps: 300 }))
    await eventually('a state on disk', 60, async () => {
      const [row] = await cluster.rows<{ step: number | null }>(
        'SELECT "parkedStep" AS "step" FROM "Request" WHERE "id" = $1',
        [ids[0]],
      )
      return (row?.step ?? 0) > 0
    })
    for (const pid of childrenOf(agent.pid)) process.kill(pid, 'SIGKILL')
    const { request, receipts } = await requestIn(ids[0]!, ['done', 'failed'], 150)
    expect(request).toMatchObject({ state: 'done', stepsDone: 300, attempt: 2 })
    expect(receipts.find((one) => one.kind === 'restarted')!.sentence).toMatch(/it goes on after step \d+\.$/)
  }, 200_000)

  test('[S40] a cancel ends a request, and a client that goes away does the same', async () => {
    const { ids } = await caller().request.create(video({ steps: 500 }))
    await stepsOf(ids[0]!, 1)
    expect(await caller().request.cancel({ id: ids[0]! })).toEqual({ cancelled: true })
    await requestIn(ids[0]!, ['cancelled'])
    const away = new AbortController()
    const answer = post(generateImages, { prompt: 'a blue star', steps: 500 }, away.signal)
    const group = await eventually('its row', 30, async () => {
      const { requests } = await caller().request.list({ states: ['queued', 'running'], kind: 'image' })
      return requests[0]
    })
    away.abort()
    expect((await answer).status).toBe(499)
    const { request } = await requestIn(group.id, ['cancelled'])
    expect(request.sentence).toContain('the client, which went away')
  }, 120_000)

  test('[S46] a request that comes again under its key is the same one', async () => {
    const ask = async (key: string) => {
      const answer = await post(createVideo, { prompt: 'a red circle', steps: 400 }, undefined, {
        'idempotency-key': key,
      })
      const made = (await answer.json()) as { id: string }
      expect(answer.status, JSON.stringify(made)).toBe(201)
      return made.id
    }
    const together = await Promise.all([ask('one'), ask('one'), ask('one')])
    expect(new Set(together).size).toBe(1)
    expect(await ask('one')).toBe(together[0])
    const other = await ask('two')
    expect(other).not.toBe(together[0])
    for (const id of [together[0]!, other]) {
      await caller().request.cancel({ id })
      await requestIn(id, ['cancelled'])
    }
  }, 120_000)

  test.each<[string, object, string, string]>([
    ['an empty prompt', { prompt: '  ' }, 'prompt', 'The prompt is empty. Say what the picture shows.'],
    ['a prompt of 10⁵ characters', { prompt: 'x'.repeat(100_000) }, 'prompt', 'The prompt is longer than'],
    ['a size that is no multiple', { size: '45x48' }, 'size', 'The width is 45 and must be a multiple of'],
    ['a deadline in the past', { deadline_ms: -5 }, 'deadline_ms', 'The deadline is in the past.'],
    ['frames 0', { frames: 0 }, 'frames', 'Frames must be at least 1.'],
    ['an unknown model', { model: 'nobody' }, 'model', 'No deployment that runs is named nobody'],
  ])('[S41] %s is refused with one sentence at its field', async (_, change, param, message) => {
    const answer = await post(createVideo, { prompt: 'a red circle', ...change })
    expect([400, 404]).toContain(answer.status)
    const { error } = (await answer.json()) as Refusal
    expect(error.param).toBe(param)
    expect(error.message).toContain(message)
  })

  test('[S41] a deployment that cannot be is refused at its field', async () => {
    const refused = async (change: object) => {
      const answer = await caller().deployment.create({
        spec: { name: 'other', imageModel: 'builtin/tiny-image', gpuIds: ['node-a/0'], ...change },
      })
      return answer.accepted ? 'accepted' : answer.problems[0]
    }
    expect(await refused({ name: 'pair' })).toMatchObject({ path: ['name'] })
    expect(await refused({ imageModel: null })).toMatchObject({ path: ['imageModel'] })
    expect(await refused({ gpuIds: ['node-a/7'] })).toMatchObject({ path: ['gpuIds'] })
    expect(await refused({ imageModel: 'builtin/nothing' })).toMatchObject({ path: ['imageModel'] })
    expect(await refused({ videoModel: 'builtin/tiny-image' })).toMatchObject({ path: ['videoModel'] })
    expect(await web.db.prisma.job.count()).toBe(1)
  }, 60_000)

  test('[S32] [S42] however many ask at once, the line does not grow beyond its bound', async () => {
    const { settings } = await caller().deployment.update({ id: deploymentId, settings: { mostInLine: 4 } })
    expect(deploymentSettings.parse(settings).mostInLine).toBe(4)
    const answers = await Promise.allSettled(
      Array.from({ length: 300 }, () => caller().request.create(video({ steps: 1000 }))),
    )
    const made = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value.ids : []))
    expect(made).toHaveLength(4)
    for (const one of answers)
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({
          code: 'TOO_MANY_REQUESTS',
          message: 'The line of pair is full: it takes 4 requests. Try again in a moment.',
        })
    expect((await caller().deployment.get({ id: deploymentId })).deployment.line).toMatchObject({
      queued: expect.any(Number) as number,
    })
    const full = await post(createVideo, { prompt: 'a red circle', accept_late: true })
    expect(full.status).toBe(429)
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(((await full.json()) as Refusal).error.message).toMatch(/^The line of pair is full: it takes 4/)
    const polled = await getVideo(
      new Request('http://localhost:3000/x', { headers: { authorization: `Bearer ${token}` } }),
      made[0]!,
    )
    expect(await polled.json()).toMatchObject({ object: 'video', id: made[0] })
  }, 60_000)

  test('[S36] a stopped deployment gives its GPUs back and ends its line', async () => {
    await caller().deployment.stop({ id: deploymentId })
    await eventually('the deployment to be stopped', 60, async () => {
      const { deployment } = await caller().deployment.get({ id: deploymentId })
      return deployment.state === 'cancelled' && deployment
    })
    expect(await cluster.rows('SELECT * FROM "Lease"')).toEqual([])
    const { total } = await caller().request.list({ states: ['queued', 'running', 'paused'] })
    expect(total).toBe(0)
    const late = await post(createVideo, { prompt: 'a red circle' })
    expect(late.status).toBe(404)
  }, 90_000)
})

/** Process ids of the children of a process. */
function childrenOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  return pairs.flatMap(([child, parent]) => (parent === pid ? [child!] : []))
}
