import type { StopReason as Reason } from '@/engine/model/reasons'
import { State } from '../ui/State'
import { StopReason } from '../ui/StopReason'
import { runLook } from './run-state'

interface RunStateProps {
  run: {
    state: 'waiting' | 'training' | 'parked' | 'done' | 'failed'
    stopReason: Reason | null
    audited?: boolean
  }
  /** Asked for, not yet confirmed: a dotted ring. */
  pending?: boolean
}

export function RunState({ run, pending = false }: RunStateProps) {
  const look = runLook(run)
  return (
    <span
      className={pending ? 'rounded-4 outline-1 outline-offset-2 outline-line-3 outline-dotted' : undefined}
    >
      {'reason' in look ? (
        <StopReason value={look.reason} withHope className="text-12" />
      ) : (
        <State value={look.state}>{look.word}</State>
      )}
      {run.audited ? (
        <span className="text-12 text-ink-3" title="It was stopped, and goes on quietly for the audit.">
          , audited
        </span>
      ) : null}
    </span>
  )
}
