import type { DecisionRow } from '@/server/views/decision-row'
import type { Rung } from '../charts/loss/curve'

/** Rungs as the decisions name them: where they stand and how many each kept of those that reached it. */
export function rungsOf(decisions: readonly DecisionRow[]): Rung[] {
  const rungs = new Map<number, { samples: number; kept: Set<string>; of: Set<string> }>()
  for (const decision of decisions) {
    const { rung, atSamples } = decision.seen
    if (typeof rung !== 'number' || typeof atSamples !== 'number' || decision.runId === null) continue
    if (decision.kind !== 'keep' && decision.kind !== 'stop') continue
    const known = rungs.get(rung) ?? { samples: atSamples, kept: new Set(), of: new Set() }
    known.samples = Math.min(known.samples, atSamples)
    known.of.add(decision.runId)
    if (decision.kind === 'keep') known.kept.add(decision.runId)
    rungs.set(rung, known)
  }
  return [...rungs.entries()]
    .map(([number, { samples, kept, of }]) => ({ number, samples, kept: kept.size, of: of.size }))
    .sort((a, b) => a.number - b.number)
}
