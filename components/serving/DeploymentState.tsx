import type { DeploymentSummary } from '@/server/views/deployment-summary'
import { State, type StateName } from '../ui/State'

const LOOKS: Record<DeploymentSummary['phase'], { state: StateName; word: string }> = {
  waiting: { state: 'waiting', word: 'Waiting' },
  loading: { state: 'waiting', word: 'Loading' },
  ready: { state: 'running', word: 'Running' },
  stopping: { state: 'draining', word: 'Stopping' },
  ended: { state: 'parked', word: 'Stopped' },
}

/** State of a deployment; what it does meanwhile is its word. */
export function DeploymentState({ deployment, tag }: { deployment: DeploymentSummary; tag?: boolean }) {
  const look =
    deployment.state === 'failed' ? { state: 'failed' as const, word: 'Failed' } : LOOKS[deployment.phase]
  const measuring = deployment.phase === 'loading' && deployment.probe?.state === 'running'
  return (
    <State value={look.state} tag={tag ?? false}>
      {measuring ? 'Measuring' : look.word}
    </State>
  )
}
