import type { RunView, SweepView } from '../model/tuning'
import { indexAt } from './curve'

/** Evaluations whose mean is taken, so that one lucky evaluation does not decide. */
const RECENT = 2

/**
 * Octaves by which the best effective learning rate falls per octave of samples, by schedule. Under a constant rate
 * early ranks favour high rates; under a decaying one the decay itself makes up for it.
 */
const DRIFT = { constant: 0.3, unknown: 0.15, linear: 0, cosine: 0 } as const

/** Fewest runs that a tilt is fitted over. */
const FEWEST = 8

/** Share of the runs, from the best, that a tilt is fitted over. */
const BETTER_SHARE = 0.6

/**
 * What the validation losses at a rung say about the end (rule E62), in the unit of the loss; lower is better.
 *
 * The level is the geometric mean of the last evaluations up to the rung: what a run has reached is banked, the ladder
 * ranks what is to come. To it comes a tilt along the effective learning rate x = log₂(lr·√rank/√batch): a parabola
 * fitted to ln loss over the better runs at this rung tells how much a step along x matters, and the drift of its
 * lowest point until the end of training tells how far it will have moved. Both are free of the scale of the loss.
 *
 * @param runs runs that have arrived at `samples`
 * @param share `samples` as a share of a full training
 */
export function horizonScores(
  view: Pick<SweepView, 'schedule'>,
  runs: readonly RunView[],
  samples: number,
  share: number,
): number[] {
  const levels = runs.map((run) => levelAt(run, samples))
  if (levels.some((level) => level <= 0)) return levels
  const rates = runs.map(effectiveRate)
  const curvature = betterCurvature(rates, levels.map(Math.log))
  return levels.map((level, index) => {
    const shift = drift(view, runs[index]!) * -Math.log2(share)
    const tilt = 2 * curvature * shift * rates[index]!
    return Number.isFinite(tilt) ? level * Math.exp(tilt) : level
  })
}

/** Geometric mean of the last finite validation losses by the evaluation at `samples`; their mean if one is not above 0. */
function levelAt(run: RunView, samples: number): number {
  const end = indexAt(run, samples) + 1
  const losses = run.points.slice(Math.max(0, end - RECENT), end).map(({ valLoss }) => valLoss ?? Infinity)
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
  if (losses.some((loss) => loss <= 0 || loss === Infinity)) return mean
  return Math.exp(losses.reduce((sum, loss) => sum + Math.log(loss), 0) / losses.length)
}

/** log₂ of lr·√rank/√batch. */
function effectiveRate({ params }: RunView): number {
  return Math.log2(params.learning_rate) + (Math.log2(params.rank) - Math.log2(params.batch_size)) / 2
}

function drift(view: Pick<SweepView, 'schedule'>, run: RunView): number {
  const schedule = String(run.params.lr_scheduler ?? view.schedule)
  return schedule in DRIFT ? DRIFT[schedule as keyof typeof DRIFT] : DRIFT.unknown
}

/** Coefficient of x² of the least-squares parabola over the better runs; 0 where it does not open upwards. */
function betterCurvature(rates: readonly number[], levels: readonly number[]): number {
  const better = levels
    .map((y, index) => ({ x: rates[index]!, y }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    .sort((a, b) => a.y - b.y || a.x - b.x)
  const few = better.slice(0, Math.max(FEWEST, Math.floor(better.length * BETTER_SHARE)))
  if (few.length < FEWEST || new Set(few.map(({ x }) => x)).size < 4) return 0
  return Math.max(0, parabola(few))
}

/** Coefficient of x² of the least-squares parabola through the points; 0 where they do not determine one. */
function parabola(points: readonly { x: number; y: number }[]): number {
  const n = points.length
  const middle = points.reduce((sum, { x }) => sum + x, 0) / n
  const mean = points.reduce((sum, { y }) => sum + y, 0) / n
  let [s2, s3, s4, y1, y2] = [0, 0, 0, 0, 0]
  for (const point of points) {
    const x = point.x - middle
    const y = point.y - mean
    s2 += x ** 2
    s3 += x ** 3
    s4 += x ** 4
    y1 += x * y
    y2 += x ** 2 * y
  }
  // Normal equations about the means, where the sums of x and of y are 0, by Cramer's rule.
  const determinant = n * (s2 * s4 - s3 * s3) - s2 ** 3
  return determinant > 1e-9 * n * s2 * s4 ? (n * (s2 * y2 - s3 * y1)) / determinant : 0
}
