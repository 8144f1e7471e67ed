import { applyDecisions } from '../early-exit/apply-decisions'
import type { StopReason } from '../model/reasons'
import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { plannedSamples, type RecordedRun, type RecordedSweep } from './recorded-sweep'

export interface ReplayOptions {
  /** Runs that may train at a time; as many as there are runs if not given. */
  slots?: number
  /** Seed of the order of exploration; 0 if not given. */
  seed?: number
}

export interface ReplayResult {
  samplesUsed: number
  samplesFull: number
  savedFraction: number
  bestFull: { config: string; valLoss: number }
  bestFound: { config: string; valLoss: number }
  /** bestFound / bestFull. */
  lossRatio: number
  /** Every run that did not train to its end, in the order of the recording. */
  stopped: { config: string; samples: number; reason: StopReason }[]
  /** Every decision in the order in which it was taken. */
  decisions: readonly ExitDecision[]
  /** Simulated time until the last run ends, in samples trained by one slot. */
  makespan: number
}

/**
 * Replays an early-exit policy over a recorded sweep (rules E90 to E93). The policy sees each run only up to the point
 * that it has let it train to. A step takes time in proportion to its batch, so time is counted in samples: a run that
 * is let to train delivers its next evaluation after as many units as it has samples to train until then. Evaluations
 * that arrive at the same instant are shown together.
 */
export function replay(
  sweep: RecordedSweep,
  decide: (view: SweepView) => readonly ExitDecision[],
  options: ReplayOptions = {},
): ReplayResult {
  const recorded = new Map(sweep.runs.map((run) => [run.config, run]))
  const decisions: ExitDecision[] = []
  const arrivals = new Map<string, number>()
  let view = initialView(sweep, options)
  let now = 0

  for (;;) {
    const taken = decide(view)
    decisions.push(...taken)
    view = applyDecisions(view, taken)
    for (const run of view.runs) {
      if (run.state !== 'training') arrivals.delete(run.id)
      else if (!arrivals.has(run.id)) arrivals.set(run.id, now + samplesToNext(run, recorded.get(run.id)!))
    }
    if (arrivals.size === 0) break
    now = Math.min(...arrivals.values())
    view = { ...view, runs: view.runs.map((run) => deliver(run, recorded.get(run.id)!, arrivals, now)) }
  }
  return { ...summarise(sweep, view), decisions, makespan: now }
}

function initialView(sweep: RecordedSweep, { slots, seed }: ReplayOptions): SweepView {
  const runs = sweep.runs.map((run): RunView => {
    return {
      id: run.config,
      params: run.params,
      state: 'waiting',
      fullSamples: plannedSamples(run),
      points: [],
      passedRung: 0,
      pinned: false,
      exemptRules: [],
    }
  })
  const { task, trainSamples, epochs, evaluationsPerRun, schedule } = sweep
  return {
    id: task,
    runs,
    slots: slots ?? runs.length,
    trainSamples,
    epochs,
    evaluationsPerRun,
    schedule,
    seed: seed ?? 0,
  }
}

function samplesToNext(run: RunView, recording: RecordedRun): number {
  const next = recording.points[run.points.length]!
  return next.samples - (run.points.at(-1)?.samples ?? 0)
}

/** Shows the next evaluation of a run whose time has come; its last one ends it. */
function deliver(run: RunView, recording: RecordedRun, arrivals: Map<string, number>, now: number): RunView {
  if (arrivals.get(run.id) !== now) return run
  arrivals.delete(run.id)
  const points = recording.points.slice(0, run.points.length + 1)
  return { ...run, points, state: points.length === recording.points.length ? 'done' : 'training' }
}

function summarise(sweep: RecordedSweep, view: SweepView): Omit<ReplayResult, 'decisions' | 'makespan'> {
  const samplesFull = sweep.runs.reduce((sum, run) => sum + run.points.at(-1)!.samples, 0)
  const samplesUsed = view.runs.reduce((sum, run) => sum + (run.points.at(-1)?.samples ?? 0), 0)
  const bestFull = bestOf(sweep.runs)
  const bestFound = bestOf(view.runs.map(({ id, points }) => ({ config: id, points })))
  const stopped = view.runs
    .filter((run) => run.state !== 'done')
    .map((run) => ({
      config: run.id,
      samples: run.points.at(-1)?.samples ?? 0,
      reason: run.stopReason ?? ('budget' as const),
    }))
  return {
    samplesUsed,
    samplesFull,
    savedFraction: 1 - samplesUsed / samplesFull,
    bestFull,
    bestFound,
    lossRatio: bestFound.valLoss / bestFull.valLoss,
    stopped,
  }
}

function bestOf(runs: readonly Pick<RecordedRun, 'config' | 'points'>[]): {
  config: string
  valLoss: number
} {
  let best = { config: '', valLoss: Number.POSITIVE_INFINITY }
  for (const { config, points } of runs) {
    for (const { valLoss } of points)
      if (valLoss !== null && valLoss < best.valLoss) best = { config, valLoss }
  }
  return best
}
