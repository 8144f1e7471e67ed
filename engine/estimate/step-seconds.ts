import type { StepModel } from '../model/snapshot'

/**
 * Seconds of one macro-step.
 *
 * @param tokens tokens that all adapters train in the step
 * @param gpus GPUs that the executor spans
 */
export function stepSeconds(model: StepModel, tokens: number, gpus: number): number {
  return model.baseSeconds + (model.secondsPerToken * tokens) / gpus
}

/**
 * The two parts from one measured step: half of it is taken as fixed, so fewer adapters step faster, but not in
 * proportion (rule F4).
 *
 * @param tokens tokens that all adapters of the executor trained in it
 * @param gpus GPUs that the executor spans
 */
export function stepModelOf(seconds: number, tokens: number, gpus: number): StepModel {
  return { baseSeconds: seconds / 2, secondsPerToken: tokens > 0 ? (seconds / 2 / tokens) * gpus : 0 }
}

/**
 * Fits the two parts to measured steps by least squares; where all steps had the same tokens, the base is kept.
 *
 * @param measured tokens and seconds of steps
 * @param prior what is assumed without measurements
 */
export function fitStepModel(
  measured: readonly { tokens: number; gpus: number; seconds: number }[],
  prior: StepModel,
): StepModel {
  if (measured.length === 0) return prior
  const xs = measured.map(({ tokens, gpus }) => tokens / gpus)
  const ys = measured.map(({ seconds }) => seconds)
  const meanX = mean(xs)
  const meanY = mean(ys)
  const variance = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0)
  if (variance < 1e-12 * (meanX ** 2 + 1)) {
    const base = Math.min(prior.baseSeconds, meanY)
    return { baseSeconds: base, secondsPerToken: meanX > 0 ? (meanY - base) / meanX : 0 }
  }
  const slope = Math.max(0, xs.reduce((sum, x, i) => sum + (x - meanX) * (ys[i]! - meanY), 0) / variance)
  const base = meanY - slope * meanX
  if (base >= 0) return { baseSeconds: base, secondsPerToken: slope }
  return { baseSeconds: 0, secondsPerToken: meanX > 0 ? meanY / meanX : 0 }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
