import { videoCreation } from '@/contracts/openai-requests'
import { createCaller } from '../../routers/app-router'
import { findDeployment } from '../../serving/find-deployment'
import { createContext } from '../../trpc/context'
import type { RequestRow } from '../../views/request-row'
import { openAiRefusal } from './answer'
import { readBody } from './read-body'
import { toSpec } from './to-spec'

const STATUS = {
  queued: 'queued',
  running: 'in_progress',
  paused: 'in_progress',
  done: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const

const seconds = (date: Date | null): number | null =>
  date === null ? null : Math.floor(date.getTime() / 1000)

/** A video as OpenAI's clients poll it, with our own fields beside. */
export function videoObject(row: RequestRow): Record<string, unknown> {
  return {
    id: row.id,
    object: 'video',
    status: STATUS[row.state],
    progress: row.state === 'done' ? 100 : Math.floor((100 * row.stepsDone) / (row.steps + 1)),
    model: row.deploymentName,
    prompt: row.prompt,
    size: `${row.width}x${row.height}`,
    frames: row.frames,
    steps: row.steps,
    seed: row.seed,
    created_at: seconds(row.createdAt),
    completed_at: row.state === 'done' ? seconds(row.endedAt) : null,
    deadline_at: seconds(row.deadlineAt),
    on_time: row.onTime,
    quote: row.quote?.words ?? null,
    note: row.sentence,
    error: row.state === 'failed' ? { code: 'failed', message: row.error } : null,
  }
}

/** POST /api/v1/videos: queues it, and says by when it should be there. */
export async function createVideo(request: Request): Promise<Response> {
  const context = await createContext(request)
  if (!context.principal) return openAiRefusal(401, 'Give a token of Alto as the API key.')
  const body = await readBody(request, videoCreation)
  const spec = toSpec('video', body)
  const deployment = await findDeployment(context.principal, 'video', body.model)
  const caller = createCaller(context)
  const { ids } = await caller.request.create({ deploymentId: deployment.id, spec })
  const { request: row } = await caller.request.get({ id: ids[0]! })
  return Response.json(videoObject(row), { status: 201 })
}

export async function getVideo(request: Request, id: string): Promise<Response> {
  const { request: row } = await createCaller(await createContext(request)).request.get({ id })
  return Response.json(videoObject(row))
}

/** DELETE /api/v1/videos/{id}: ends it at its next step boundary. */
export async function deleteVideo(request: Request, id: string): Promise<Response> {
  const { cancelled } = await createCaller(await createContext(request)).request.cancel({ id })
  return Response.json({ id, object: 'video.deleted', deleted: cancelled })
}
