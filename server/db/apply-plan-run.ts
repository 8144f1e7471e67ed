import type { PauseRun, PlaceRun, StopRun } from '../../engine/model/plan'
import type { Applying } from './applying'
import { endAttempt } from './attempts'
import { decisionRow } from './decisions'
import { grantRun } from './leases'
import { mayMove } from './may-move'

interface RunHome {
  sweepId: string
  state: string
}

/** A start, a pause or a stop of one run. What no longer applies to its state is passed over. */
export async function applyRun(applying: Applying, action: PlaceRun | PauseRun | StopRun): Promise<void> {
  const { rows } = await applying.client.query<RunHome>(
    'SELECT "sweepId", "state"::text AS "state" FROM "Run" WHERE "id" = $1 FOR UPDATE',
    [action.runId],
  )
  const home = rows[0]
  if (!home) return
  if (action.kind === 'stop') await stop(applying, action, home)
  else if (action.kind === 'pause') await pause(applying, action, home)
  else await place(applying, action, home)
}

async function place(applying: Applying, action: PlaceRun, home: RunHome): Promise<void> {
  const { client, settings, journal } = applying
  if (home.state !== 'waiting' && home.state !== 'parked') return
  const executorId = applying.executorIds.get(action.executorId) ?? action.executorId
  const { rows } = await client.query<{ nodeId: string }>(
    `SELECT "nodeId" FROM "Executor" WHERE "id" = $1 AND "state" IN ('starting', 'ready')`,
    [executorId],
  )
  const nodeId = rows[0]?.nodeId
  if (!nodeId) return
  const { runId, gpuIds } = action
  const lease = await grantRun(client, { runId, nodeId, executorId, gpuIds, seconds: settings.leaseSeconds })
  if (!lease) return
  await client.query(
    `UPDATE "Run" SET "state" = 'training', "parkedUntil" = NULL, "error" = NULL,
       "stopReason" = CASE WHEN "audited" THEN "stopReason" END,
       "stopDecisionId" = CASE WHEN "audited" THEN "stopDecisionId" END WHERE "id" = $1 AND ${mayMove('Run', 'training')}`,
    [runId],
  )
  const resumed = action.kind === 'resume' || action.exit?.kind === 'resume'
  const decision = await decisionRow(client, {
    jobId: home.sweepId,
    runId,
    nodeId,
    kind: resumed ? 'resume' : 'start',
    rule: action.exit?.rule ?? action.why.rule,
    sentence: resumed && action.exit ? settings.sentence(action.exit) : action.why.message,
    seen: { ...action.exit, why: action.why, attempt: lease.attempt, epoch: lease.epoch, executorId },
  })
  journal.push(decision.entry, runEntry(home.sweepId, runId, 'training'))
}

/** First phase of a stop: state, decision and the end of the attempt commit together; the agent is told afterwards. */
async function stop(applying: Applying, action: StopRun, home: RunHome): Promise<void> {
  const { client, settings, journal } = applying
  if (home.state !== 'training' && home.state !== 'waiting') return
  if (action.audited) return stopForAudit(applying, action, home)
  const decision = await decisionRow(client, {
    jobId: home.sweepId,
    runId: action.runId,
    kind: 'stop',
    rule: action.exit?.rule ?? action.why.rule,
    reason: action.reason,
    sentence: action.exit ? settings.sentence(action.exit) : action.why.message,
    seen: action.exit ?? action.why,
  })
  await client.query(
    `UPDATE "Run" SET "state" = 'parked', "stopReason" = $2, "stopDecisionId" = $3,
       "parkedUntil" = now() + make_interval(secs => $4) WHERE "id" = $1 AND ${mayMove('Run', 'parked')}`,
    [action.runId, action.reason, decision.id, settings.parkedSeconds],
  )
  await endAttempt(client, action.runId, action.reason)
  journal.push(decision.entry, runEntry(home.sweepId, action.runId, 'parked', action.reason))
}

/** To its sweep the run is stopped; it goes on quietly, or waits for a slot that nobody wants (rule E74). */
async function stopForAudit(applying: Applying, action: StopRun, home: RunHome): Promise<void> {
  const { client, settings, journal } = applying
  const sentence = action.exit ? settings.sentence(action.exit) : action.why.message
  const decision = await decisionRow(client, {
    jobId: home.sweepId,
    runId: action.runId,
    kind: 'stop',
    rule: action.exit?.rule ?? action.why.rule,
    reason: action.reason,
    sentence: `Would stop, and goes on quietly for the audit: ${sentence}`,
    seen: { ...(action.exit ?? action.why), audited: true },
  })
  await client.query(
    `UPDATE "Run" SET "audited" = true, "stopReason" = $2, "stopDecisionId" = $3 WHERE "id" = $1`,
    [action.runId, action.reason, decision.id],
  )
  const waits = action.audited === 'waits' && home.state === 'training'
  if (waits) {
    await client.query(
      `UPDATE "Run" SET "state" = 'waiting' WHERE "id" = $1 AND ${mayMove('Run', 'waiting', { from: ['training'] })}`,
      [action.runId],
    )
    await endAttempt(client, action.runId, 'preempted')
  }
  const state = waits ? 'waiting' : home.state
  journal.push(decision.entry, runEntry(home.sweepId, action.runId, state, action.reason))
}

async function pause(applying: Applying, action: PauseRun, home: RunHome): Promise<void> {
  const { client, settings, journal } = applying
  if (home.state !== 'training') return
  await client.query(
    `UPDATE "Run" SET "state" = 'waiting' WHERE "id" = $1 AND ${mayMove('Run', 'waiting', { from: ['training'] })}`,
    [action.runId],
  )
  await endAttempt(client, action.runId, action.reason)
  const decision = await decisionRow(client, {
    jobId: home.sweepId,
    runId: action.runId,
    kind: 'pause',
    rule: action.exit?.rule ?? action.why.rule,
    reason: action.reason,
    sentence: action.exit ? settings.sentence(action.exit) : action.why.message,
    seen: action.exit ?? action.why,
  })
  journal.push(decision.entry, runEntry(home.sweepId, action.runId, 'waiting', action.reason))
}

export function runEntry(jobId: string, runId: string, state: string, reason?: string) {
  return { kind: 'run', jobId, runId, data: { state, reason: reason ?? null } }
}
