import type { EvalPoint, RunParams } from '../../model/tuning'
import { random } from '../../random'

/** The shape of synthetic curves: a power law towards a floor that depends on the effective learning rate. */
export interface SyntheticLosses {
  /** Effective learning rate, lr · √(rank / 16) / √batch, with the lowest floor. */
  bestRate: number
  /** Floor of the loss at the best rate, and its growth per squared octave from it. */
  floor: number
  perOctave2: number
  /** Drop of the loss over the floor at the begin, and the exponent of its decay. */
  drop: number
  exponent: number
  /** Deviation of evaluation noise, and of luck between runs, both as shares of the loss. */
  noise: number
  luck: number
  /** Octaves above the best rate from which a run diverges; none where not given. */
  divergesAbove?: number
}

/**
 * Curve of one run: equal seeds give equal curves. The loss is measured at equal shares of the samples.
 *
 * @param name tells runs of one seed apart
 */
export function syntheticPoints(
  losses: SyntheticLosses,
  params: RunParams,
  fullSamples: number,
  evaluations: number,
  seed: number,
  name: string,
): EvalPoint[] {
  const rng = random(`${seed}/${name}`)
  const rate = (params.learning_rate * Math.sqrt(params.rank / 16)) / Math.sqrt(params.batch_size)
  const octaves = Math.log2(rate / losses.bestRate)
  const floor = (losses.floor + losses.perOctave2 * octaves ** 2) * (1 + losses.luck * rng.normal())
  const diverges = losses.divergesAbove !== undefined && octaves > losses.divergesAbove
  const steps = Math.max(1, Math.ceil(fullSamples / params.batch_size))
  return Array.from({ length: evaluations }, (_, index) => {
    const share = (index + 1) / evaluations
    const step = Math.max(1, Math.round(share * steps))
    const fall = losses.drop * (1 + 40 * share) ** -losses.exponent
    const rise = diverges ? losses.drop * share * 4 : 0
    const loss = floor + fall + rise
    return {
      step,
      samples: Math.min(fullSamples, step * params.batch_size),
      trainLoss: loss * (1 + losses.noise * rng.normal()) * 0.98,
      valLoss: loss * (1 + losses.noise * rng.normal()),
    }
  })
}
