import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { applyDecisions } from './apply-decisions'
import { bestLoss, indexAt, sweepSamples, trainedSamples } from './curve'
import { fillSlots } from './fill-slots'
import { stopNonFinite } from './non-finite'
import type { EarlyExitPolicy } from './policy'
import { mayStop, standing } from './standing'
import { stopDecision } from './stop-decision'

export type MedianParams = Record<'grace' | 'min_peers', number>

/** The median stopping rule (Golovin et al., KDD 2017) over validation loss at equal samples. */
export const median: EarlyExitPolicy<MedianParams> = {
  name: 'median',
  label: 'Median stopping',
  summary:
    'A run stops when its best loss is worse than the median of what its peers averaged up to the same number of samples.',
  parameters: {
    grace: {
      label: 'Grace',
      help: 'Share of a full training before which no run stops. Later is safer and saves less.',
      default: 0.05,
      min: 0.001,
      max: 0.99,
    },
    min_peers: {
      label: 'Peers',
      help: 'Peers that must have trained as far before a run is compared.',
      default: 3,
      min: 1,
      max: 1000,
      integer: true,
    },
  },
  decide(view, params) {
    const broken = stopNonFinite(view.runs)
    const after = applyDecisions(view, broken)
    const stops = stopBelowMedian(after, params)
    return [...broken, ...stops, ...fillSlots(applyDecisions(after, stops), () => true)]
  },
}

function stopBelowMedian(view: SweepView, params: MedianParams): ExitDecision[] {
  const grace = params.grace * sweepSamples(view.runs)
  return view.runs.flatMap((run) => {
    if (standing(run) !== 'going' || !mayStop(run, 'E51') || indexAt(run, grace) < 0) return []
    const atSamples = trainedSamples(run)
    const averages = view.runs
      .filter((peer) => peer.id !== run.id && indexAt(peer, atSamples) >= 0)
      .map((peer) => ({ runId: peer.id, value: averageBy(peer, atSamples) }))
      .filter(({ value }) => Number.isFinite(value))
      .sort((a, b) => a.value - b.value || (a.runId < b.runId ? -1 : 1))
    if (averages.length < params.min_peers) return []
    const threshold = middleOf(averages.map(({ value }) => value))
    const observed = bestLoss(run.points)
    if (observed <= threshold) return []
    const peers = averages.map(({ runId, value }) => ({ runId, value, kept: value <= threshold }))
    return [
      stopDecision(run, { rule: 'E51', reason: 'underperforming', atSamples, observed, threshold, peers }),
    ]
  })
}

/** Mean of the finite validation losses up to the evaluation at `samples`. */
function averageBy(run: RunView, samples: number): number {
  const losses = run.points.slice(0, indexAt(run, samples) + 1).flatMap(({ valLoss }) => valLoss ?? [])
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

function middleOf(sorted: readonly number[]): number {
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
