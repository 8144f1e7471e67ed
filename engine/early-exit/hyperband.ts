import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { applyDecisions } from './apply-decisions'
import { bestBy, climb, halvingShares, type LadderRung } from './climb'
import { sweepSamples } from './curve'
import { explorationOrder, fillSlots } from './fill-slots'
import { stopNonFinite } from './non-finite'
import type { EarlyExitPolicy } from './policy'
import { waitsAt } from './rung'

export type HyperbandParams = Record<'reduction' | 'grace', number>

/**
 * Hyperband (Li et al., JMLR 2018) over a given set of runs: the runs are dealt to brackets in the proportions that
 * Hyperband would draw them in, and each bracket is a successive halving with a later first rung.
 */
export const hyperband: EarlyExitPolicy<HyperbandParams> = {
  name: 'hyperband',
  label: 'Hyperband',
  summary:
    'Several successive halvings side by side, from an early first rung to none at all, as a hedge against early ranks that mislead.',
  parameters: {
    reduction: {
      label: 'Reduction',
      help: 'One of this many runs passes a rung, and rungs are this factor apart. Larger saves more.',
      default: 3,
      min: 1.5,
      max: 16,
    },
    grace: {
      label: 'First rung',
      help: 'Share of a full training of the first rung in the boldest bracket. Later is safer and saves less.',
      default: 0.05,
      min: 0.001,
      max: 0.99,
    },
  },
  decide(view, params) {
    const broken = stopNonFinite(view.runs)
    let now = applyDecisions(view, broken)
    const cuts: ExitDecision[] = []
    const nextRung = new Map<string, number | undefined>()
    for (const bracket of dealBrackets(view, params)) {
      const taken = climb(now, bracket.members, bracket.rungs)
      cuts.push(...taken)
      now = applyDecisions(now, taken)
      for (const run of now.runs) {
        if (bracket.members.has(run.id)) nextRung.set(run.id, bracket.rungs[run.passedRung]?.samples)
      }
    }
    return [...broken, ...cuts, ...fillSlots(now, (run) => !waitsAt(run, nextRung.get(run.id)))]
  },
}

interface Bracket {
  members: ReadonlySet<string>
  rungs: readonly LadderRung[]
}

function dealBrackets(view: SweepView, { reduction, grace }: HyperbandParams): Bracket[] {
  const full = sweepSamples(view.runs)
  const boldest = Math.floor(Math.log(1 / grace) / Math.log(reduction) + 1e-9)
  const sizes = Array.from({ length: boldest + 1 }, (_, s) => ((boldest + 1) / (s + 1)) * reduction ** s)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const dealt = [...view.runs].sort((a, b) => drawn(view, a) - drawn(view, b) || (a.id < b.id ? -1 : 1))
  let upTo = 0
  return sizes.map((size, s) => {
    const from = Math.round((upTo / total) * dealt.length)
    upTo += size
    const members = new Set(dealt.slice(from, Math.round((upTo / total) * dealt.length)).map(({ id }) => id))
    const rungs = halvingShares(reduction ** -s, reduction).map((share, index) => ({
      number: index + 1,
      samples: share * full,
      rule: 'E41',
      scores: bestBy(share * full),
      early: 'keep-and-stop' as const,
      keeps: (entrants: number) => Math.max(1, Math.floor(entrants / reduction)),
    }))
    return { members, rungs }
  })
}

function drawn(view: SweepView, run: RunView): number {
  return explorationOrder(view.seed, run.id)
}
