import { expectedShare } from '../engine/estimate/expected-share'
import { remainingSeconds } from '../engine/estimate/remaining'
import type { Interval } from '../engine/model/cluster'
import type { SweepWork } from '../engine/model/snapshot'
import type { LoadedSnapshot } from '../server/db/snapshot'

/** A forecast is made anew this often; between two, the page counts down. */
const EVERY_SECONDS = 3
/** Weight of the newest measurement of a sweep's pace. */
const NEWEST = 0.3

interface Pace {
  at: number
  samples: number
  samplesPerSecond: number | null
}

export interface Forecast {
  sweepId: string
  remaining: Interval
}

/** Remaining times of running sweeps from the pace that is measured while they train, evaluations and waits included. */
export class Forecasts {
  private readonly paces = new Map<string, Pace>()

  /** New forecasts, for sweeps whose last one is old enough. */
  take(loaded: LoadedSnapshot): Forecast[] {
    const { now, sweeps } = loaded.tuning
    const known = new Set(sweeps.map((sweep) => sweep.id))
    for (const id of this.paces.keys()) if (!known.has(id)) this.paces.delete(id)
    return sweeps.flatMap((sweep) => {
      const samplesPerSecond = this.measure(sweep, now)
      if (samplesPerSecond === null) return []
      return [{ sweepId: sweep.id, remaining: remaining(sweep, loaded, samplesPerSecond) }]
    })
  }

  /** Samples a second where a new measurement was made, else `null`. */
  private measure(sweep: SweepWork, now: number): number | null {
    const samples = sweep.work.reduce((sum, work) => sum + work.samples, 0)
    const before = this.paces.get(sweep.id)
    if (
      before === undefined ||
      samples < before.samples ||
      !sweep.view.runs.some((run) => run.state === 'training')
    ) {
      this.paces.set(sweep.id, { at: now, samples, samplesPerSecond: before?.samplesPerSecond ?? null })
      return null
    }
    if (now - before.at < EVERY_SECONDS || samples === before.samples) return null
    const newest = (samples - before.samples) / (now - before.at)
    const old = before.samplesPerSecond ?? newest
    const samplesPerSecond = NEWEST * newest + (1 - NEWEST) * old
    this.paces.set(sweep.id, { at: now, samples, samplesPerSecond })
    return samplesPerSecond
  }
}

function remaining(sweep: SweepWork, loaded: LoadedSnapshot, samplesPerSecond: number): Interval {
  const { early_exit } = loaded.sweeps.get(sweep.id)!.spec
  const budget = typeof early_exit.budget === 'number' ? early_exit.budget : undefined
  const trained = new Map(sweep.work.map((work) => [work.runId, work.samples]))
  const executors = loaded.tuning.executors.filter((executor) => executor.sweepId === sweep.id)
  const training = sweep.view.runs.filter((run) => run.state === 'training')
  const batch = training.reduce((sum, run) => sum + run.params.batch_size, 0)
  return remainingSeconds({
    live: sweep.view.runs
      .filter((run) => run.state === 'training' || run.state === 'waiting')
      .map((run) => ({
        samples: trained.get(run.id) ?? 0,
        fullSamples: run.fullSamples,
        batchSize: run.params.batch_size,
      })),
    samplesUsed: sweep.work.reduce((sum, work) => sum + work.samples, 0),
    samplesFull: sweep.view.runs.reduce((sum, run) => sum + run.fullSamples, 0),
    share: expectedShare(early_exit.policy, budget),
    slots: Math.max(1, training.length),
    executors: Math.max(1, executors.length),
    gpusPerExecutor: sweep.gpusPerExecutor,
    maxLength: sweep.maxLength,
    step: stepModel(batch, sweep.maxLength, Math.max(1, executors.length), samplesPerSecond),
  })
}

/** Half of a step is taken as fixed cost: fewer adapters step faster, but not in proportion. */
function stepModel(batch: number, maxLength: number, executors: number, samplesPerSecond: number) {
  const seconds = batch / samplesPerSecond
  const tokens = (batch * maxLength) / executors
  return { baseSeconds: seconds / 2, secondsPerToken: tokens > 0 ? seconds / 2 / tokens : 0 }
}
