import type { Abilities } from '../../contracts/pipeline-facts'
import type { StartDiffusion } from '../../contracts/serving-commands'

type ProbedShape = StartDiffusion['probe'][number]

/** Images that may share a step: what batching is measured for. */
const BATCHES = [1, 2, 4]
/** Models name the sizes that they were made for; more than these are learned from real steps. */
const MOST_SIZES = 4
const MOST_FRAMES = 2

/** What an executor measures before it is ready: the sizes that its models were made for, in every mode that it has. */
export function probedShapes({ image, video }: Abilities, gpus: number): ProbedShape[] {
  const degrees = [1, 2, 4, 8].filter((degree) => degree <= gpus)
  const images = (image?.sizes ?? []).slice(0, MOST_SIZES).map(([width, height]): ProbedShape => {
    return { kind: 'image', width, height, frames: 1, batches: BATCHES, degrees: [1] }
  })
  const videos = (video?.sizes ?? [])
    .slice(0, MOST_SIZES)
    .flatMap(([width, height]) =>
      (video?.frames ?? [])
        .slice(0, MOST_FRAMES)
        .map((frames): ProbedShape => ({ kind: 'video', width, height, frames, batches: [1], degrees })),
    )
  return [...images, ...videos]
}
