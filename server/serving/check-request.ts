import type { Abilities, PipelineFacts } from '@/contracts/pipeline-facts'
import type { RequestSpec } from '@/contracts/request-spec'
import { UserError } from '../trpc/user-error'

/** A request with every field decided. */
export interface CompleteRequest {
  kind: 'image' | 'video'
  prompt: string
  width: number
  height: number
  frames: number
  steps: number
  guidance: number | null
}

/**
 * Fills in what the model decides and checks the rest against what it can do.
 *
 * @throws {UserError} one sentence at the field
 */
export function checkRequest(
  spec: RequestSpec,
  abilities: Abilities,
  deploymentName: string,
): CompleteRequest {
  const facts = abilities[spec.kind]
  if (!facts)
    throw new UserError(`${deploymentName} has no ${spec.kind} model. Choose another deployment.`, {
      field: ['kind'],
    })
  if (spec.prompt.length > facts.promptMax)
    throw new UserError(
      `The prompt has ${spec.prompt.length.toLocaleString('en')} characters and the model reads ${facts.promptMax.toLocaleString('en')}. Shorten it.`,
      { field: ['prompt'] },
    )
  const [defaultWidth, defaultHeight] = facts.sizes[0]!
  const width = spec.width ?? defaultWidth
  const height = spec.height ?? defaultHeight
  checkSide('width', width, facts)
  checkSide('height', height, facts)
  if (spec.kind === 'video' && spec.count > 1)
    throw new UserError('Ask for one video at a time.', { field: ['count'] })
  return {
    kind: spec.kind,
    prompt: spec.prompt,
    width,
    height,
    frames: framesOf(spec, facts),
    steps: spec.steps ?? facts.defaultSteps,
    guidance: spec.guidance ?? null,
  }
}

function checkSide(field: 'width' | 'height', pixels: number, facts: PipelineFacts): void {
  const { sizeMultiple, minSize, maxSize } = facts
  const name = field === 'width' ? 'The width' : 'The height'
  if (pixels < minSize || pixels > maxSize)
    throw new UserError(`${name} is ${pixels} and must be from ${minSize} to ${maxSize}.`, { field: [field] })
  if (pixels % sizeMultiple === 0) return
  const near = Math.max(minSize, Math.round(pixels / sizeMultiple) * sizeMultiple)
  throw new UserError(`${name} is ${pixels} and must be a multiple of ${sizeMultiple}, such as ${near}.`, {
    field: [field],
  })
}

function framesOf({ kind, frames }: RequestSpec, facts: PipelineFacts): number {
  if (kind === 'image') {
    if (frames !== undefined && frames !== 1)
      throw new UserError('An image has no frames. Ask for a video, or leave frames out.', {
        field: ['frames'],
      })
    return 1
  }
  const { frameMultiple, frameOffset, maxFrames } = facts
  const wanted = frames ?? facts.frames[0] ?? frameOffset + frameMultiple
  if (wanted > maxFrames)
    throw new UserError(`${wanted} frames are more than the model makes: at most ${maxFrames}.`, {
      field: ['frames'],
    })
  if (wanted >= frameOffset && (wanted - frameOffset) % frameMultiple === 0) return wanted
  const steps = Math.max(frameOffset > 0 ? 0 : 1, Math.round((wanted - frameOffset) / frameMultiple))
  const near = Math.min(maxFrames, frameOffset + steps * frameMultiple)
  throw new UserError(
    frameOffset > 0
      ? `Frames are ${wanted} and must be ${frameOffset} more than a multiple of ${frameMultiple}, such as ${near}.`
      : `Frames are ${wanted} and must be a multiple of ${frameMultiple}, such as ${near}.`,
    { field: ['frames'] },
  )
}
