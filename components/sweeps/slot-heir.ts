import type { DecisionRow } from '@/server/views/decision-row'

export interface Heir {
  runNumber: number
  at: Date
  decisionId: number
}

const executorOf = (decision: DecisionRow): string | null =>
  typeof decision.seen.executorId === 'string' ? decision.seen.executorId : null
const entered = (decision: DecisionRow) => decision.kind === 'start' || decision.kind === 'resume'
const left = (decision: DecisionRow) => decision.kind === 'stop' || decision.kind === 'pause'

/**
 * Who got the slot of a run that was stopped: slots of one executor are alike, so the first run that left is followed by
 * the first that came. `null` while nobody came, or where the slot went to another sweep.
 *
 * @param decisions of one sweep, in any order
 */
export function slotHeir(decisions: readonly DecisionRow[], stop: DecisionRow): Heir | null {
  if (!left(stop) || stop.seen.audited === true) return null
  const executorByRun = new Map<string, string>()
  const vacated: number[] = []
  let own: string | null = null
  for (const decision of [...decisions].sort((a, b) => a.id - b.id)) {
    if (decision.runId === null) continue
    if (entered(decision)) {
      const executor = executorOf(decision)
      if (executor === null) continue
      executorByRun.set(decision.runId, executor)
      if (vacated.length === 0 || executor !== own) continue
      const from = vacated.shift()
      if (from === stop.id && decision.runNumber !== null)
        return { runNumber: decision.runNumber, at: decision.at, decisionId: decision.id }
    } else if (left(decision) && decision.seen.audited !== true) {
      const executor = executorByRun.get(decision.runId) ?? null
      executorByRun.delete(decision.runId)
      if (executor === null) continue
      own ??= executorOfStop(decisions, stop)
      if (executor === own) vacated.push(decision.id)
    }
  }
  return null
}

/** Where the stopped run trained: the executor of its last start before the stop. */
function executorOfStop(decisions: readonly DecisionRow[], stop: DecisionRow): string | null {
  let found: DecisionRow | null = null
  for (const decision of decisions)
    if (decision.runId === stop.runId && entered(decision) && decision.id < stop.id)
      if (found === null || decision.id > found.id) found = decision
  return found && executorOf(found)
}
