import type { ImageGeneration, VideoCreation } from '@/contracts/openai-requests'
import { type RequestSpec, requestSpec } from '@/contracts/request-spec'
import { describeIssues } from '../../sweeps/describe-issues'
import { UserError } from '../../trpc/user-error'

/** A body of OpenAI's shape as a request of ours. @throws {UserError} one sentence at the field */
export function toSpec(kind: 'image' | 'video', body: ImageGeneration | VideoCreation): RequestSpec {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(body.size ?? '') ?? []
  const { n, frames } = body as { n?: number | null; frames?: number | null }
  const given = {
    kind,
    prompt: body.prompt,
    width: width === undefined ? undefined : Number(width),
    height: height === undefined ? undefined : Number(height),
    frames: frames ?? undefined,
    count: n ?? undefined,
    steps: body.steps ?? undefined,
    guidance: body.guidance ?? undefined,
    seed: body.seed ?? undefined,
    deadlineMs: body.deadline_ms ?? undefined,
    acceptLate: body.accept_late ?? undefined,
    webhookUrl: body.webhook_url ?? undefined,
  }
  const parsed = requestSpec.safeParse(given)
  if (parsed.success) return parsed.data
  const [first] = describeIssues(parsed.error)
  throw new UserError(first?.message ?? 'The request is not valid.', { field: first?.path ?? [] })
}
