import { nanoid } from 'nanoid'
import type {
  Hold,
  PauseSweep,
  PlaceExecutor,
  PlaceSweep,
  ResizeSweep,
  StopExecutor,
} from '../../engine/model/plan'
import { runEntry } from './apply-plan-run'
import type { Applying } from './applying'
import { decisionRow } from './decisions'
import { insertParts } from './executor-parts'
import { summarise } from './ingest-evaluations'
import { grantSweep, release, sweepSubject } from './leases'
import { mayMove } from './may-move'

/** Grants, changes or takes back the GPUs of a sweep. */
export async function applySweep(
  applying: Applying,
  action: PlaceSweep | ResizeSweep | PauseSweep,
): Promise<void> {
  const { client, journal } = applying
  const { sweepId } = action
  await closePlacements(applying, sweepId)
  if (action.kind === 'pause') {
    await releaseGpus(applying, sweepId)
    await client.query(
      `UPDATE "Job" SET "state" = 'waiting' WHERE "id" = $1 AND ${mayMove('Job', 'waiting', { from: ['running'] })}`,
      [sweepId],
    )
  } else {
    const epoch = await grantSweep(client, sweepId, action.gpuIds)
    await client.query(
      `UPDATE "Job" SET "state" = 'running', "hold" = NULL, "startedAt" = coalesce("startedAt", now())
       WHERE "id" = $1 AND ${mayMove('Job', 'running', { from: ['waiting'], orStay: true })}`,
      [sweepId],
    )
    await openPlacements(applying, sweepId, action.gpuIds, epoch, action.why)
  }
  const decision = await decisionRow(client, {
    jobId: sweepId,
    kind: action.kind === 'resize' ? 'move' : action.kind,
    rule: action.why.rule,
    sentence: action.why.message,
    seen: action.why,
  })
  journal.push(decision.entry, {
    kind: 'sweep',
    jobId: sweepId,
    data: { state: action.kind === 'pause' ? 'waiting' : 'running' },
  })
}

/** Starts or ends an executor; the agent is told after the commit. */
export async function applyExecutor(applying: Applying, action: PlaceExecutor | StopExecutor): Promise<void> {
  const { client, journal } = applying
  if (action.kind === 'stop') {
    const { rows } = await client.query<{ jobId: string; nodeId: string }>(
      `UPDATE "Executor" SET "state" = 'ending' WHERE "id" = $1 AND ${mayMove('Executor', 'ending')}
       RETURNING "jobId", "nodeId"`,
      [action.executorId],
    )
    if (rows[0])
      journal.push({ kind: 'executor', ...rows[0], data: { executorId: action.executorId, state: 'ending' } })
    return
  }
  const { rows } = await client.query<{ id: string; nodeId: string }>(
    `INSERT INTO "Executor" ("id", "nodeId", "jobId", "model", "gpuIds", "slots", "maxLength", "state")
     SELECT $1 || '/x' || (SELECT count(*) FROM "Executor" WHERE "jobId" = $1), "nodeId", $1, $2, $3, $4, $5, 'starting'
     FROM "Gpu" WHERE "id" = $6 RETURNING "id", "nodeId"`,
    [action.sweepId, action.baseModel, action.gpuIds, action.slots, action.maxLength, action.gpuIds[0]],
  )
  const started = rows[0]
  if (!started) return
  await insertParts(client, started.id)
  applying.executorIds.set(action.executorId, started.id)
  journal.push({
    kind: 'executor',
    jobId: action.sweepId,
    nodeId: started.nodeId,
    data: { executorId: started.id, state: 'starting' },
  })
}

/** Why a sweep waits, written where it has changed. Runs wait for slots; the sweep's page counts those. */
export async function applyHold({ client, journal }: Applying, action: Hold): Promise<void> {
  if (action.subject !== 'sweep') return
  const hold = JSON.stringify({
    reasons: action.reasons,
    expectedStart: action.expectedStart ?? null,
    unblock: action.unblock ?? null,
  })
  const { rowCount } = await client.query(
    'UPDATE "Job" SET "hold" = $2::jsonb WHERE "id" = $1 AND "hold" IS DISTINCT FROM $2::jsonb',
    [action.id, hold],
  )
  if (rowCount) journal.push({ kind: 'hold', jobId: action.id, data: JSON.parse(hold) })
}

/** All runs of the sweep have ended: its figures are final and its GPUs are free. */
export async function endSweep(applying: Applying, sweepId: string): Promise<void> {
  const { client, journal } = applying
  await client.query(
    `UPDATE "Run" SET "state" = 'parked' WHERE "sweepId" = $1 AND "audited" AND ${mayMove('Run', 'parked', { from: ['waiting'] })}`,
    [sweepId],
  )
  await summarise(client, [sweepId])
  const { rows } = await client.query<{ state: string; error: string | null }>(
    `UPDATE "Job" j SET "endedAt" = now(), "hold" = NULL,
       "state" = CASE WHEN f.failed = f.runs AND f.runs > 0 THEN 'failed' ELSE 'done' END::"JobState",
       "error" = CASE WHEN f.failed = f.runs THEN f.error ELSE NULL END
     FROM (SELECT count(*) AS runs, count(*) FILTER (WHERE "state" = 'failed') AS failed,
         min("error") FILTER (WHERE "state" = 'failed') AS error FROM "Run" WHERE "sweepId" = $1) f
     WHERE j."id" = $1 AND ${mayMove('Job', 'done', { of: 'j' })} AND ${mayMove('Job', 'failed', { of: 'j' })}
     RETURNING j."state", j."error"`,
    [sweepId],
  )
  if (!rows[0]) return
  await closePlacements(applying, sweepId)
  await releaseGpus(applying, sweepId)
  journal.push({ kind: 'sweep', jobId: sweepId, data: rows[0] })
}

/** Parks what trains for the sweep or in its executors, ends those and gives the GPUs back. */
export async function releaseGpus({ client, journal }: Applying, sweepId: string): Promise<void> {
  const { rows } = await client.query<{ id: string; sweepId: string }>(
    `UPDATE "Run" SET "state" = 'waiting' WHERE ${mayMove('Run', 'waiting', { from: ['training'] })} AND ("sweepId" = $1 OR "id" IN (
       SELECT a."runId" FROM "Attempt" a JOIN "Executor" e ON e."id" = a."executorId"
       WHERE e."jobId" = $1 AND a."state" IN ('starting', 'running')))
     RETURNING "id", "sweepId"`,
    [sweepId],
  )
  await client.query(
    `UPDATE "Attempt" SET "state" = 'ending', "endReason" = coalesce("endReason", 'preempted')
     WHERE ${mayMove('Attempt', 'ending')} AND ("runId" IN (SELECT "id" FROM "Run" WHERE "sweepId" = $1)
       OR "executorId" IN (SELECT "id" FROM "Executor" WHERE "jobId" = $1))`,
    [sweepId],
  )
  await client.query(
    `UPDATE "Executor" SET "state" = 'ending' WHERE "jobId" = $1 AND ${mayMove('Executor', 'ending')}`,
    [sweepId],
  )
  await release(client, [sweepSubject(sweepId)])
  for (const run of rows) journal.push(runEntry(run.sweepId, run.id, 'waiting', 'preempted'))
}

export async function closePlacements({ client }: Applying, sweepId: string): Promise<void> {
  await client.query('UPDATE "Placement" SET "endedAt" = now() WHERE "jobId" = $1 AND "endedAt" IS NULL', [
    sweepId,
  ])
}

/** One row a node, for the timeline. */
async function openPlacements(
  { client }: Applying,
  sweepId: string,
  gpuIds: readonly string[],
  epoch: number,
  why: unknown,
): Promise<void> {
  const { rows } = await client.query<{ nodeId: string; gpuIds: string[] }>(
    `SELECT "nodeId", array_agg("id" ORDER BY "index") AS "gpuIds" FROM "Gpu" WHERE "id" = ANY($1) GROUP BY "nodeId"`,
    [gpuIds],
  )
  for (const row of rows)
    await client.query(
      `INSERT INTO "Placement" ("id", "jobId", "nodeId", "gpuIds", "epoch", "why") VALUES ($1, $2, $3, $4, $5, $6)`,
      [nanoid(12), sweepId, row.nodeId, row.gpuIds, epoch, JSON.stringify(why)],
    )
}
