import { createHash } from 'node:crypto'
import { eventually } from '../support/processes'
import type { RestClient } from './rest-client'
import type { Stage } from './stage'

const LOOK_MS = 250
const DEPLOYMENT_SECONDS = 300
const VIDEO_SECONDS = 600
/** The one sentence with which a request may end without a result (S39). */
const DIED_TWICE = /Its executor died twice/

/** What one request of the client came to. */
export interface Watched {
  id: string
  state: 'completed' | 'failed'
  /** SHA-256 of the result. */
  result: string | null
  error: string | null
}

/** A deployment on one device, and a client that always has a video in progress there. */
export class VideoLoad {
  readonly watched: Watched[] = []
  private asked = 0
  private stopping = false
  private looping: Promise<void> = Promise.resolve()

  private constructor(
    private readonly client: RestClient,
    private readonly steps: number,
  ) {}

  /** Deploys, and waits until it serves. */
  static async deploy(stage: Stage, gpuId: string, steps: number): Promise<VideoLoad> {
    const spec = { name: 'videos', videoModel: 'builtin/tiny-video', gpuIds: [gpuId] }
    const answer = await stage.client.ask(
      'POST',
      `/api/v1/deployments?projectId=${stage.cluster.projectId}`,
      {
        body: spec,
      },
    )
    const { id } = (await answer.json()) as { id: string }
    await eventually('the deployment to be measured', DEPLOYMENT_SECONDS, async () => {
      const [row] = await stage.cluster.rows<{ state: string; error: string | null; measured: boolean }>(
        `SELECT j."state"::text, j."error", EXISTS (SELECT 1 FROM "Executor" e WHERE e."jobId" = j."id"
           AND e."state" = 'ready') AS "measured" FROM "Job" j WHERE j."id" = $1`,
        [id],
      )
      if (row?.state === 'failed') throw new Error(`The deployment failed: ${row.error}`)
      return row?.measured
    })
    return new VideoLoad(stage.client, steps)
  }

  /** One video from the first step to its file. */
  async one(): Promise<Watched> {
    const onceKey = `video ${++this.asked}`
    const body = { prompt: 'a red circle moves right', size: '32x32', frames: 8, steps: this.steps, seed: 3 }
    const created = await this.client.ask('POST', '/api/v1/videos', {
      body: { ...body, deadline_ms: 3_600_000, accept_late: true },
      onceKey,
    })
    const { id } = (await created.json()) as { id: string }
    const ended = await eventually(`video ${id} to end`, VIDEO_SECONDS, async () => {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      const answer = await this.client.ask('GET', `/api/v1/videos/${id}`)
      const { status, error } = (await answer.json()) as {
        status: string
        error: { message: string } | null
      }
      if (status === 'completed' || status === 'failed')
        return { status, error: error?.message ?? null } as const
      return null
    })
    const watched: Watched = { id, state: ended.status, result: null, error: ended.error }
    if (watched.state === 'completed') {
      const file = await this.client.ask('GET', `/api/v1/videos/${id}/content`)
      watched.result = createHash('sha256')
        .update(Buffer.from(await file.arrayBuffer()))
        .digest('hex')
    }
    return watched
  }

  start(): void {
    this.looping = this.loop()
    // Its error is met by `stop`.
    this.looping.catch(() => {})
  }

  /** Waits for the last one, and says what was lost, answered twice or different from `calm`. */
  async stop(stage: Stage, calm: Watched): Promise<string[]> {
    this.stopping = true
    const violations: string[] = []
    await this.looping.catch((error: Error) => violations.push(`A request was lost: ${error.message}`))
    for (const one of this.watched) {
      if (one.state === 'failed' && !DIED_TWICE.test(one.error ?? ''))
        violations.push(`Request ${one.id} failed: ${one.error}`)
      if (one.state === 'completed' && one.result !== calm.result)
        violations.push(`Request ${one.id}: its video differs from the undisturbed one.`)
    }
    const [rows] = await stage.cluster.rows<{ count: number; open: number }>(
      `SELECT count(*)::int AS "count", (count(*) FILTER (WHERE "state" IN ('queued', 'running', 'paused')))::int
         AS "open" FROM "Request" WHERE "id" <> $1`,
      [calm.id],
    )
    if (rows!.count !== this.watched.length)
      violations.push(`${this.watched.length} requests were made and the database has ${rows!.count}.`)
    if (rows!.open > 0) violations.push(`${rows!.open} requests are still open.`)
    return violations
  }

  private async loop(): Promise<void> {
    while (!this.stopping) this.watched.push(await this.one())
  }
}
