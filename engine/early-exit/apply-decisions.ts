import type { ExitDecision, RunView, SweepView } from '../model/tuning'

/** The sweep as it stands once the decisions have been carried out. */
export function applyDecisions(view: SweepView, decisions: readonly ExitDecision[]): SweepView {
  if (decisions.length === 0) return view
  const runs = new Map(view.runs.map((run) => [run.id, run]))
  for (const decision of decisions) {
    const run = runs.get(decision.runId)
    if (run) runs.set(run.id, applyDecision(run, decision))
  }
  return { ...view, runs: view.runs.map((run) => runs.get(run.id) ?? run) }
}

function applyDecision(run: RunView, decision: ExitDecision): RunView {
  switch (decision.kind) {
    case 'stop':
      return { ...run, state: 'parked', stopReason: decision.reason }
    case 'pause':
      return { ...run, state: 'waiting', stopReason: undefined }
    case 'keep':
      return { ...run, passedRung: Math.max(run.passedRung, decision.rung ?? 0) }
    case 'start':
    case 'resume':
      return {
        ...run,
        state: 'training',
        stopReason: undefined,
        passedRung: Math.max(run.passedRung, decision.rung ?? 0),
      }
  }
}
