import type { DecisionRow } from '@/server/views/decision-row'
import { runLabel } from '../ui/format/parameter'
import { isStopReason, STOP_REASON_LOOKS } from '../ui/stop-reasons'

const VERBS: Record<string, string> = {
  start: 'started',
  keep: 'passed',
  resume: 'goes on',
  pause: 'paused',
  revive: 'revived',
  pin: 'pinned',
  unpin: 'no longer pinned',
  clone: 'cloned',
  place: 'placed',
  resize: 'resized',
  move: 'moved',
  hold: 'waits',
  drain: 'drained',
  cordon: 'cordoned',
  open: 'takes work again',
  cancel: 'cancelled',
  fail: 'failed',
  done: 'done',
  submit: 'submitted',
  rename: 'renamed',
}

/** The head of a decision, from its row: "r26 stopped: underperforming", "r27 passed rung 3", "n3 drained by Ada". */
export function decisionTitle(decision: DecisionRow): string {
  const subject =
    decision.runNumber !== null
      ? runLabel(decision.runNumber)
      : (decision.nodeName ?? decision.jobName ?? (decision.nodeId !== null ? 'Node' : 'Cluster'))
  const { rung } = decision.seen
  if (decision.kind === 'stop')
    return isStopReason(decision.reason)
      ? `${subject} stopped: ${STOP_REASON_LOOKS[decision.reason].label.toLowerCase()}`
      : `${subject} stopped`
  if (decision.kind === 'keep')
    return typeof rung === 'number' ? `${subject} passed rung ${rung}` : `${subject} goes on`
  const verb = VERBS[decision.kind] ?? decision.kind
  return decision.actor ? `${subject} ${verb} by ${decision.actor}` : `${subject} ${verb}`
}
