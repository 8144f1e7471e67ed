import type { StopReason } from '../model/reasons'
import type { RecordedSweep } from '../sim/recorded-sweep'
import { type ReplayOptions, replay } from '../sim/replay'
import type { EarlyExitPolicy, PolicyParams } from './policy'

/** What a policy does to one recorded sweep: one small multiple of the rule lab. */
export interface LabSweep {
  task: string
  saved: number
  /** Best loss found over the best of the full sweep, minus 1. */
  excess: number
  /** The run that wins the full sweep was let to reach its best. */
  winnerKept: boolean
  bestFull: { config: string; valLoss: number }
  bestFound: { config: string; valLoss: number }
  /** How far each run was let to train, as a share of its recording, and why it stopped. */
  runs: readonly { config: string; share: number; reason?: StopReason }[]
}

/** The strip of the rule lab, over all recorded sweeps. */
export interface LabResult {
  /** Mean over sweeps of the share of samples saved. */
  saved: number
  meanExcess: number
  worstExcess: number
  winnersLost: number
  sweeps: readonly LabSweep[]
}

/** Replays a policy with the given parameters over recorded sweeps (rule E81). */
export function runLab(
  sweeps: readonly RecordedSweep[],
  policy: EarlyExitPolicy,
  params: PolicyParams,
  options: ReplayOptions = {},
): LabResult {
  const results = sweeps.map((sweep) => labSweep(sweep, policy, params, options))
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  return {
    saved: mean(results.map(({ saved }) => saved)),
    meanExcess: mean(results.map(({ excess }) => excess)),
    worstExcess: Math.max(0, ...results.map(({ excess }) => excess)),
    winnersLost: results.filter(({ winnerKept }) => !winnerKept).length,
    sweeps: results,
  }
}

function labSweep(
  sweep: RecordedSweep,
  policy: EarlyExitPolicy,
  params: PolicyParams,
  options: ReplayOptions,
): LabSweep {
  const result = replay(sweep, (view) => policy.decide(view, params), options)
  const stops = new Map(result.stopped.map((stop) => [stop.config, stop]))
  return {
    task: sweep.task,
    saved: result.savedFraction,
    excess: result.lossRatio - 1,
    winnerKept: result.bestFound.config === result.bestFull.config && result.lossRatio === 1,
    bestFull: result.bestFull,
    bestFound: result.bestFound,
    runs: sweep.runs.map(({ config, points }) => {
      const stop = stops.get(config)
      if (!stop) return { config, share: 1 }
      return { config, share: stop.samples / points.at(-1)!.samples, reason: stop.reason }
    }),
  }
}
