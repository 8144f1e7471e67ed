import type { RunView, SweepView } from '../model/tuning'
import { indexAt } from './curve'
import { ridgeSlopes } from './least-squares'

/** Evaluations that the level is read from, and how many of them, the best ones, count: one bad evaluation does not decide. */
const RECENT = 3
const COUNTED = 2

/**
 * Octaves by which the best effective learning rate falls per octave of samples, by schedule. Under a constant rate
 * early ranks favour high rates; under a decaying one the decay itself makes up for it.
 */
const DRIFT = { constant: 0.3, unknown: 0.15, linear: 0, cosine: 0 } as const

/** Gain of an octave of rank per octave of samples, in units of the spread of the better runs: capacity pays late. */
const CAPACITY = 0.15

/** How much of the trend that the better runs share is taken to go on. */
const TREND = 0.15

/** How much of a run's own unrest is taken to vanish with its rate, by schedule; what can vanish at most, in ln loss. */
const CALMING = { constant: 0, unknown: 0, linear: 0.5, cosine: 0.5 } as const
const MOST_UNREST = 0.3

/** Evaluations that a run's unrest is read from. */
const UNREST_OVER = 5

/** Ridge of that trend, in runs. */
const TREND_RIDGE = 2

/** Fewest runs that anything is fitted over. */
const FEWEST = 8

/** Share of the runs, from the best, that things are fitted over. */
const BETTER_SHARE = 0.6

interface Entry {
  index: number
  /** ln of the level at the rung and at half of its samples. */
  level: number
  earlier: number
  /** log₂ of lr/√batch, log₂ of rank, log₂ of lr·√rank/√batch. */
  rate: number
  rank: number
  effectiveRate: number
}

/**
 * What the validation losses at a rung say about the end (rule E62), near the losses themselves; lower is better.
 *
 * The level is the geometric mean of the best two of the last three evaluations: what a run has reached is banked, the ladder ranks what is
 * to come. Four corrections of ln(level) look at the octaves of samples that are still to come. All come from the
 * runs at this rung, pooled over hyper-parameters, and none depends on the scale of the loss:
 *
 * - drift: a parabola fitted along the effective learning rate over the better runs tells how much a step along it
 *   matters, and the schedule how far its lowest point will move;
 * - trend: how the better runs moved since half of the samples, as a plane over rate and rank, goes on in part;
 * - capacity: an octave of rank gains a little;
 * - calming: under a decaying rate part of a run's own unrest is excess loss that goes with the rate.
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
  const recent = runs.map((run) => recentLosses(run, samples))
  if (recent.some((losses) => losses.some((loss) => loss <= 0))) return recent.map(mean)
  const levels = recent.map(geometricMean)
  const entries = runs.map((run, index) => readEntry(run, index, levels[index]!, samples))
  const better = betterOf(entries)
  if (better.length < FEWEST) return levels

  const octaves = -Math.log2(share)
  const curvature = parabola(better.map(({ effectiveRate, level }) => ({ x: effectiveRate, y: level })))
  const [byRate, byRank] = sharedTrend(better)
  const spread = better[Math.floor(better.length / 2)]!.level - better[0]!.level
  const corrections = entries.map(({ index, rate, rank, effectiveRate }) => {
    const run = runs[index]!
    const drift = 2 * curvature * bySchedule(DRIFT, view, run) * effectiveRate
    const trend = TREND * (byRate * rate + byRank * rank)
    const calming = bySchedule(CALMING, view, run) * Math.min(1, 2 * (1 - share)) * unrest(run, samples)
    return octaves * (drift + trend - CAPACITY * spread * rank) - calming
  })
  // Only differences matter for the ranks; about their middle the scores stay near the losses that people know.
  const middle = mean(better.map(({ index }) => corrections[index]!))
  return levels.map((level, index) => {
    const correction = corrections[index]! - middle
    return Number.isFinite(correction) ? level * Math.exp(correction) : level
  })
}

function readEntry(run: RunView, index: number, level: number, samples: number): Entry {
  const { learning_rate, rank, batch_size } = run.params
  const rate = Math.log2(learning_rate) - Math.log2(batch_size) / 2
  return {
    index,
    level: Math.log(level),
    earlier: Math.log(geometricMean(recentLosses(run, samples / 2))),
    rate,
    rank: Math.log2(rank),
    effectiveRate: rate + Math.log2(rank) / 2,
  }
}

/** The better ones of the last validation losses by the evaluation at `samples`. */
function recentLosses(run: RunView, samples: number): number[] {
  const end = indexAt(run, samples) + 1
  return run.points
    .slice(Math.max(0, end - RECENT), end)
    .map(({ valLoss }) => valLoss ?? Number.POSITIVE_INFINITY)
    .sort((a, b) => a - b)
    .slice(0, COUNTED)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)))
}

/** The better runs from the best, of those whose level and parameters are numbers. */
function betterOf(entries: readonly Entry[]): Entry[] {
  const known = entries.filter((entry) => Object.values(entry).every(Number.isFinite))
  known.sort((a, b) => a.level - b.level || a.effectiveRate - b.effectiveRate)
  return known.slice(0, Math.max(FEWEST, Math.floor(known.length * BETTER_SHARE)))
}

/** What holds under the schedule of the run. */
function bySchedule(
  table: Readonly<Record<'constant' | 'linear' | 'cosine' | 'unknown', number>>,
  view: Pick<SweepView, 'schedule'>,
  run: RunView,
): number {
  const schedule = String(run.params.lr_scheduler ?? view.schedule)
  return schedule in table ? table[schedule as keyof typeof table] : table.unknown
}

/** Deviation of the last ln losses from a line, as second differences tell it; 0 before there are three. */
function unrest(run: RunView, samples: number): number {
  const end = indexAt(run, samples) + 1
  const losses = run.points
    .slice(Math.max(0, end - UNREST_OVER), end)
    .map(({ valLoss }) => Math.log(valLoss ?? Number.NaN))
  if (losses.length < 3) return 0
  const bends = losses.slice(2).map((loss, i) => loss - 2 * losses[i + 1]! + losses[i]!)
  const deviation = Math.sqrt(mean(bends.map((bend) => bend * bend)) / 6)
  return Number.isFinite(deviation) ? Math.min(MOST_UNREST, deviation) : 0
}

/** Change of ln level per octave of samples since half of them, along rate and rank. */
function sharedTrend(better: readonly Entry[]): [number, number] {
  const rows = better.map(({ rate, rank }) => [rate, rank])
  const changes = better.map(({ level, earlier }) => level - earlier)
  const [byRate, byRank] = ridgeSlopes(rows, changes, TREND_RIDGE)
  return [byRate!, byRank!]
}

/** Coefficient of x² of the least-squares parabola; 0 where it does not open upwards or fewer than 4 places determine it. */
function parabola(points: readonly { x: number; y: number }[]): number {
  if (new Set(points.map(({ x }) => x)).size < 4) return 0
  const middle = points.reduce((sum, { x }) => sum + x, 0) / points.length
  const rows = points.map(({ x }) => [x - middle, (x - middle) ** 2])
  const [, square] = ridgeSlopes(
    rows,
    points.map(({ y }) => y),
    0,
  )
  return Math.max(0, square!)
}
