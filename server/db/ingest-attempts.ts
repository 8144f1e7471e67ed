import type { PoolClient } from 'pg'
import type { RunFacts } from '../../contracts/agent-events'
import { canMove, RUN_TRANSITIONS, type RunState } from '../../engine/model/states'
import { decisionRow } from './decisions'
import { failSweep } from './fail-sweep'
import { summarise } from './ingest-evaluations'
import type { EventOf } from './ingest-event'
import type { JournalEntry } from './journal'
import { release, runSubject } from './leases'
import { mayMove } from './may-move'

type AttemptEvent = EventOf<'attempt'>

interface LiveRun {
  id: string
  sweepId: string
  number: number
  state: RunState
  stopReason: string | null
  error: string | null
  audited: boolean
  crashes: number
}

/** A run whose executor died this often without a new step in between is not placed again. */
export const MAX_CRASHES = 3

/** Faults of one adapter: it is parked with its last good state, its neighbours go on. */
const PARKED_FAULTS: ReadonlySet<AttemptEvent['reason']> = new Set(['non-finite', 'out-of-memory'])

/** Where attempts stand, one by one in order: each may change its run, its lease and its sweep. */
export async function ingestAttempts(
  client: PoolClient,
  events: readonly AttemptEvent[],
): Promise<JournalEntry[]> {
  const journal: JournalEntry[] = []
  const sweeps = new Set<string>()
  for (const event of events) {
    const run = await lockRun(client, event)
    if (!run) continue
    sweeps.add(run.sweepId)
    if (event.state === 'started') await started(client, event, run)
    else await ended(client, event, run, journal)
    journal.push({
      kind: 'run',
      jobId: run.sweepId,
      runId: run.id,
      data: { event: event.state, step: event.step, reason: event.reason },
    })
  }
  if (sweeps.size > 0) await summarise(client, [...sweeps])
  return journal
}

/** The run, where this attempt is its newest and has not ended: the epoch check of everything below. */
async function lockRun(client: PoolClient, event: AttemptEvent): Promise<LiveRun | undefined> {
  const { rows } = await client.query<LiveRun>(
    `SELECT r."id", r."sweepId", r."number", r."state"::text AS "state", r."stopReason", r."error", r."audited",
       (SELECT count(*)::int FROM "Attempt" c WHERE c."runId" = r."id" AND c."endReason" = 'executor-died'
         AND c."fromStep" = a."fromStep") AS "crashes"
     FROM "Run" r JOIN "Attempt" a ON a."runId" = r."id" AND a."number" = $2 AND a."epoch" = $3
     WHERE r."id" = $1 AND r."epoch" = $3 AND a."state" IN ('starting', 'running', 'ending')
     FOR UPDATE OF r`,
    [event.runId, event.attempt, event.epoch],
  )
  return rows[0]
}

async function started(client: PoolClient, event: AttemptEvent, run: LiveRun): Promise<void> {
  await client.query(
    `UPDATE "Attempt" SET "state" = CASE WHEN ${mayMove('Attempt', 'running')} THEN 'running' ELSE "state" END,
       "fromStep" = $3, "startedAt" = $4 WHERE "runId" = $1 AND "number" = $2`,
    [run.id, event.attempt, event.step, event.at],
  )
  await client.query(
    `UPDATE "Run" SET "startedAt" = coalesce("startedAt", $2), "step" = $3, "samples" = $4 WHERE "id" = $1`,
    [run.id, event.at, event.step, event.samples],
  )
  if (event.facts) await learn(client, event.facts, run)
}

/** The first run that reads the data tells what all runs of the sweep will consume. */
async function learn(client: PoolClient, facts: RunFacts, run: LiveRun): Promise<void> {
  await client.query(
    `UPDATE "Sweep" SET "trainSamples" = $2, "validationSamples" = $3, "epochs" = coalesce("epochs", $4)
     WHERE "jobId" = $1`,
    [run.sweepId, facts.trainSamples, facts.validationSamples, facts.epochs],
  )
  await client.query('UPDATE "Run" SET "totalSteps" = $2, "fullSamples" = $3 WHERE "id" = $1', [
    run.id,
    facts.totalSteps,
    facts.fullSamples,
  ])
  await client.query(
    `UPDATE "Run" r SET "totalSteps" = t.steps, "fullSamples" = t.steps * t.batch
     FROM (SELECT q."id", (q."params"->>'batch_size')::int AS batch,
         coalesce((s."spec"->>'max_steps')::int,
           greatest(1, ceil($2::float8 * $3::int / (q."params"->>'batch_size')::int)::int)) AS steps
       FROM "Run" q JOIN "Sweep" s ON s."jobId" = q."sweepId"
       WHERE q."sweepId" = $1 AND q."fullSamples" IS NULL) t
     WHERE r."id" = t."id"`,
    [run.sweepId, facts.epochs, facts.trainSamples],
  )
}

async function ended(
  client: PoolClient,
  event: AttemptEvent,
  run: LiveRun,
  journal: JournalEntry[],
): Promise<void> {
  await client.query(
    `UPDATE "Attempt" SET "state" = 'ended', "endedAt" = $3, "endReason" = $4, "message" = $5
     WHERE "runId" = $1 AND "number" = $2 AND ${mayMove('Attempt', 'ended')}`,
    [run.id, event.attempt, event.at, event.reason ?? event.state, event.message],
  )
  await release(client, [runSubject(run.id)])
  if (event.admission) await holdAtMost(client, event, event.admission.beside)
  const wanted = stateAfter(event, run)
  const next = canMove(RUN_TRANSITIONS, run.state, wanted.state) ? wanted : asItIs(run)
  await client.query(
    `UPDATE "Run" SET "state" = $2::"RunState", "stopReason" = $3, "error" = $4,
       "endedAt" = CASE WHEN $2 IN ('done', 'failed') THEN $5::timestamptz ELSE "endedAt" END,
       "step" = greatest("step", $6), "samples" = greatest("samples", $7)
     WHERE "id" = $1 AND ${mayMove('Run', next.state, { orStay: true })}`,
    [run.id, next.state, next.stopReason, next.error, event.at, event.step, event.samples],
  )
  if (next.decided) {
    const decision = await decisionRow(client, {
      jobId: run.sweepId,
      runId: run.id,
      kind: 'stop',
      rule: next.decided.rule,
      reason: next.decided.reason,
      sentence: event.message ?? 'The run cannot go on.',
      seen: { atSamples: event.samples, step: event.step, observed: null, threshold: null, peers: [] },
    })
    await client.query('UPDATE "Run" SET "stopDecisionId" = $2 WHERE "id" = $1', [run.id, decision.id])
    journal.push(decision.entry)
  }
  if (event.reason === 'bad-input') journal.push(...(await failSweep(client, run.sweepId, event.message)))
}

/** An executor that had no memory for one more holds as many as it has: the next one comes when another has left (K14). */
async function holdAtMost(client: PoolClient, event: AttemptEvent, runs: number): Promise<void> {
  await client.query(
    `UPDATE "Executor" e SET "slots" = least(e."slots", greatest(1, $3::int)) FROM "Attempt" a
     WHERE a."runId" = $1 AND a."number" = $2 AND e."id" = a."executorId"`,
    [event.runId, event.attempt, runs],
  )
}

interface After {
  state: RunState
  stopReason: string | null
  error: string | null
  decided?: { rule: string; reason: string }
}

const asItIs = ({ state, stopReason, error }: LiveRun): After => ({ state, stopReason, error })

/** A run that somebody stopped or paused keeps that state; a fault of its own or of its place decides otherwise. */
function stateAfter(event: AttemptEvent, run: LiveRun): After {
  const stays = asItIs(run)
  if (run.audited) return afterAudit(event, run)
  if (event.state === 'done') return { state: 'done', stopReason: null, error: null }
  if (event.state === 'parked')
    return run.state === 'training' ? { state: 'waiting', stopReason: null, error: null } : stays
  if (event.reason !== null && PARKED_FAULTS.has(event.reason))
    return {
      state: 'parked',
      stopReason: event.reason,
      error: null,
      decided: { rule: event.reason === 'non-finite' ? 'E3' : 'X13', reason: event.reason },
    }
  // Its state may be gone, and whoever looks at the stopped run should know.
  if (run.state !== 'training') return { ...stays, error: event.message ?? stays.error }
  if (event.reason === 'memory') return { state: 'waiting', stopReason: null, error: null }
  const lostItsPlace = event.reason === 'executor-died' || event.reason === 'lease-lost'
  if (lostItsPlace && run.crashes < MAX_CRASHES) return { state: 'waiting', stopReason: null, error: null }
  return { state: 'failed', stopReason: null, error: event.message }
}

/** A run that goes on for the audit keeps the reason of its stop, whatever becomes of it. */
function afterAudit(event: AttemptEvent, run: LiveRun): After {
  const { stopReason } = run
  if (event.state === 'done') return { state: 'done', stopReason, error: null }
  if (run.state !== 'training') return asItIs(run)
  const itsOwn = event.reason !== null && PARKED_FAULTS.has(event.reason)
  return itsOwn || run.crashes >= MAX_CRASHES
    ? { state: 'failed', stopReason, error: event.message }
    : { state: 'waiting', stopReason, error: null }
}
