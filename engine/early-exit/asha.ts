import type { RunView } from '../model/tuning'
import { applyDecisions } from './apply-decisions'
import { bestBy, climb, halvingShares } from './climb'
import { sweepSamples } from './curve'
import { fillSlots } from './fill-slots'
import { stopNonFinite } from './non-finite'
import type { EarlyExitPolicy } from './policy'
import { waitsAt } from './rung'

export type AshaParams = Record<'reduction' | 'grace', number>

/**
 * Asynchronous successive halving (Li et al., MLSys 2020), in its promoting form: a run that reaches a rung goes on
 * while it is among the best 1/η of those that have been there, and pauses otherwise.
 */
export const asha: EarlyExitPolicy<AshaParams> = {
  name: 'asha',
  label: 'ASHA',
  summary:
    'Asynchronous successive halving: at rungs that grow by a factor, the best share of the runs seen so far goes on without waiting for the others.',
  parameters: {
    reduction: {
      label: 'Reduction',
      help: 'One of this many runs passes a rung, and rungs are this factor apart. Larger saves more.',
      default: 4,
      min: 1.1,
      max: 16,
    },
    grace: {
      label: 'First rung',
      help: 'Share of a full training at which runs are first compared. Later is safer and saves less.',
      default: 0.05,
      min: 0.001,
      max: 0.99,
    },
  },
  decide(view, { reduction, grace }) {
    const broken = stopNonFinite(view.runs)
    const after = applyDecisions(view, broken)
    const full = sweepSamples(view.runs)
    const rungs = halvingShares(grace, reduction).map((share, index) => ({
      number: index + 1,
      samples: share * full,
      rule: 'E31',
      scores: bestBy(share * full),
      early: 'keep-and-stop' as const,
      keeps: (entrants: number) => Math.max(1, Math.floor(entrants / reduction)),
      keepsEarly: (arrived: number) => Math.floor(arrived / reduction),
    }))
    const cuts = climb(after, new Set(view.runs.map(({ id }) => id)), rungs)
    const mayTrain = (run: RunView) => !waitsAt(run, rungs[run.passedRung]?.samples)
    return [...broken, ...cuts, ...fillSlots(applyDecisions(after, cuts), mayTrain, (run) => run.passedRung)]
  },
}
