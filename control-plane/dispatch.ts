import type { Pool } from 'pg'
import { nodeWork, type OwnAttempt, type OwnExecutor } from '../server/db/snapshot-node'
import type { AgentLink } from './gateway/agent-link'
import type { AttemptRef } from './gateway/attempt-tokens'
import { startExecutorCommand } from './start-executor'
import { startRunCommand } from './start-run'

/**
 * Tells a node what it should be doing, as committed: parks before starts, so that a slot is free when it is taken.
 * Each thing is said once on a connection and again on the next one; agents take repeats for what they are.
 *
 * @param onFault called for a run of which no command can be made; the others are told
 */
export async function dispatch(
  pool: Pool,
  link: AgentLink,
  onFault: (sweepId: string, error: Error) => Promise<void>,
): Promise<void> {
  const { attempts, executors } = await nodeWork(pool, link.nodeId)
  for (const attempt of attempts) {
    if (attempt.state === 'ending') park(link, attempt)
  }
  stopUnknown(link, attempts, executors)
  for (const executor of executors) {
    if (executor.state === 'ending') {
      if (mayStop(executor))
        link.tell(`stop ${executor.id}`, { type: 'stop-executor', executorId: executor.id })
    } else if (!executor.blocked && mayStart(executor))
      link.tell(`executor ${executor.id}`, startExecutorCommand(executor))
  }
  for (const attempt of attempts)
    if (attempt.state === 'starting' && link.told.has(`executor ${attempt.executorId}`))
      try {
        link.tell(
          `start ${attempt.runId} ${attempt.epoch}`,
          startRunCommand(attempt, link.tokens.of(attempt)),
        )
      } catch (error) {
        await onFault(attempt.sweepId, error as Error)
      }
}

/** Ranks of other nodes come to where rank 0 waits. */
const mayStart = ({ part }: OwnExecutor) => !part || part.leads || part.meeting !== null

/** Rank 0 parks what trains on all ranks, and ends them; what is left of them when it has ended is ended from outside. */
const mayStop = ({ part }: OwnExecutor) => !part || part.leads || part.leaderState === 'ended'

/** What the agent had when it joined and the database does not expect of it any more. */
function stopUnknown(
  link: AgentLink,
  attempts: readonly OwnAttempt[],
  executors: readonly OwnExecutor[],
): void {
  for (const running of link.hello.running)
    if (!attempts.some((own) => own.runId === running.runId && own.epoch === running.epoch))
      park(link, running)
  for (const executorId of link.hello.executors)
    if (!executors.some((own) => own.id === executorId))
      link.tell(`stop ${executorId}`, { type: 'stop-executor', executorId })
}

function park(link: AgentLink, { runId, attempt, epoch }: AttemptRef): void {
  const token = link.tokens.of({ runId, attempt, epoch })
  link.tell(`park ${runId} ${epoch}`, { type: 'park-run', runId, attempt, epoch, token })
}
