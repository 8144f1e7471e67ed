import type { ExitDecision, RunView, SweepView } from '../model/tuning'

/** The sweep as it stands once the decisions have been carried out. */
export function applyDecisions(view: SweepView, decisions: readonly ExitDecision[]): SweepView {
  if (decisions.length === 0) return view
  const byRun = new Map<string, ExitDecision[]>()
  for (const decision of decisions) {
    const earlier = byRun.get(decision.runId)
    if (earlier) earlier.push(decision)
    else byRun.set(decision.runId, [decision])
  }
  return { ...view, runs: view.runs.map((run) => byRun.get(run.id)?.reduce(applyDecision, run) ?? run) }
}

function applyDecision(run: RunView, decision: ExitDecision): RunView {
  switch (decision.kind) {
    case 'stop':
      return { ...run, state: 'parked', stopReason: decision.reason, onSpare: false }
    case 'pause':
      return { ...run, state: 'waiting', stopReason: undefined }
    case 'keep':
      return passRung(run, decision)
    case 'start':
    case 'resume':
      return { ...passRung(run, decision), state: 'training', stopReason: undefined }
  }
}

function passRung(run: RunView, { rung, rule }: ExitDecision): RunView {
  if (rung === undefined) return run
  return { ...run, passedRung: Math.max(run.passedRung, rung), onSpare: rule === 'E68' }
}
