import type { Pool, PoolClient } from 'pg'
import { gpusPerExecutor } from '../../engine/estimate/gpus-per-executor'
import { stepModelOf } from '../../engine/estimate/step-seconds'
import type { NodeView } from '../../engine/model/cluster'
import type {
  ExecutorView,
  GpuLease,
  MemoryModel,
  SweepWork,
  TuningSnapshot,
} from '../../engine/model/snapshot'
import type { EvalPoint, RunParams, RunView } from '../../engine/model/tuning'
import { TUNING_DEFAULTS } from '../../engine/tuning/defaults'
import { awaitedGpus } from './deployments-place'
import { EVAL_TRAIN_LOSS, VAL_LOSS } from './ingest-evaluations'
import { type RunRow, runRows, type SweepRow, sweepRows } from './snapshot-rows'
import { inTransaction } from './transaction'

/** What the leader knows beside the engine's snapshot: needed to see that a sweep is over, or wants suggestions. */
export interface LoadedSnapshot {
  tuning: TuningSnapshot
  /** Sweeps by id, as stored. */
  sweeps: ReadonlyMap<string, SweepRow>
  /** Sweeps that a plan leaves alone, since their rows make no sense, with what is wrong. */
  unreadable: ReadonlyMap<string, Error>
  /** Runs with an attempt that has not ended, which may be in any state. */
  occupied: ReadonlySet<string>
  /** GPUs that waiting deployments wait for. */
  awaitedGpuIds: readonly string[]
}

/** Waiting and running sweeps with all that a decision may look at, from one instant. */
export async function loadSnapshot(pool: Pool): Promise<LoadedSnapshot> {
  return inTransaction(pool, load, 'snapshot')
}

async function load(client: PoolClient): Promise<LoadedSnapshot> {
  const head = await client.query<{ version: number; now: number }>(
    'SELECT "version", extract(epoch FROM now())::float8 AS "now" FROM "Cluster" ORDER BY "createdAt" LIMIT 1',
  )
  const sweeps = await sweepRows(client)
  const runs = await runRows(client, [...sweeps.keys()])
  const points = await evaluationPoints(client, [...sweeps.keys()])
  const nodes = await nodeViews(client)
  const { executors, occupied } = await executorViews(client)
  const bySweep = new Map<string, RunRow[]>([...sweeps.keys()].map((id) => [id, []]))
  for (const run of runs) bySweep.get(run.sweepId)?.push(run)
  const unreadable = new Map<string, Error>()
  const readable = [...sweeps.values()].flatMap((sweep) => {
    try {
      const own = executors.filter(({ sweepId }) => sweepId === sweep.id)
      return [sweepWork(sweep, bySweep.get(sweep.id) ?? [], points, nodes, own)]
    } catch (error) {
      unreadable.set(sweep.id, error as Error)
      return []
    }
  })
  return {
    sweeps,
    unreadable,
    occupied,
    awaitedGpuIds: await awaitedGpus(client),
    tuning: {
      version: head.rows[0]?.version ?? 0,
      now: head.rows[0]?.now ?? 0,
      nodes,
      sweeps: readable,
      executors,
      leases: await gpuLeases(client),
      shares: [],
    },
  }
}

/** Until a model has been described: nothing is known to be needed, and the executor itself refuses what does not fit. */
const UNKNOWN_MEMORY: MemoryModel = {
  backboneBytes: 0,
  bytesPerRank: 0,
  bytesPerToken: 0,
  bytesPerLogit: 0,
  vocabulary: 0,
}

function sweepWork(
  sweep: SweepRow,
  runs: readonly RunRow[],
  points: ReadonlyMap<string, EvalPoint[]>,
  nodes: readonly NodeView[],
  executors: readonly ExecutorView[],
): SweepWork {
  const spec = sweep.spec
  const memory = sweep.memory ?? UNKNOWN_MEMORY
  // What a sharded executor has probed is of all its ranks: a width that was chosen stays.
  const span = spec.gpus_per_executor ?? executors[0]?.gpuIds.length
  return {
    id: sweep.id,
    name: sweep.name,
    projectId: sweep.projectId,
    state: sweep.state,
    priority: sweep.priority,
    submittedAt: sweep.submittedAt,
    baseModel: sweep.model,
    gpus: sweep.gpus,
    spread: true,
    gpusPerExecutor: span ?? gpusPerExecutor(memory, nodes, sweep.gpus, TUNING_DEFAULTS.memoryMargin),
    maxLength: spec.max_length,
    memory,
    ...(sweep.moveSeconds === null ? {} : { moveSeconds: sweep.moveSeconds }),
    ...(spec.deadline ? { deadline: Date.parse(spec.deadline) / 1000 } : {}),
    ...(sweep.remaining ? { remaining: sweep.remaining } : {}),
    auditShare: spec.audit,
    view: {
      id: sweep.id,
      runs: runs.map((run) => runView(run, points.get(run.id) ?? [])),
      slots: 0,
      trainSamples: sweep.trainSamples ?? 0,
      epochs: sweep.epochs ?? spec.epochs ?? 1,
      evaluationsPerRun: sweep.evaluations,
      seed: spec.seed,
    },
    work: runs.map((run) => ({
      runId: run.id,
      stepSeconds: run.stepMs === null ? null : run.stepMs / 1000,
      samples: run.samples,
      ...(run.audit && (run.state === 'training' || run.state === 'waiting') ? { audit: run.state } : {}),
    })),
  }
}

/** A run that goes on for the audit is shown as it was when it was stopped (rule E15). */
function runView(run: RunRow, points: EvalPoint[]): RunView {
  const { audit } = run
  const stopReason = audit?.reason ?? run.stopReason
  return {
    id: run.id,
    params: run.params as RunParams,
    state: audit ? 'parked' : run.state,
    ...(stopReason ? { stopReason } : {}),
    fullSamples: run.fullSamples,
    points: audit ? points.filter(({ samples }) => samples <= audit.atSamples) : points,
    passedRung: run.passedRung,
    pinned: run.pinned,
    exemptRules: run.exemptRules,
    audited: audit !== null,
    onSpare: run.onSpare,
    stalled: run.stalled,
  }
}

/** Evaluations by run, in order of samples. Where a step was evaluated by several attempts, the newest counts. */
async function evaluationPoints(client: PoolClient, sweepIds: string[]): Promise<Map<string, EvalPoint[]>> {
  const { rows } = await client.query<EvalPoint & { runId: string }>(
    `SELECT DISTINCT ON (m."runId", m."step") m."runId", m."step", m."samples", m."value" AS "valLoss",
       t."value" AS "trainLoss"
     FROM "Run" r
     JOIN "Metric" m ON m."runId" = r."id" AND m."name" = $2
     LEFT JOIN "Metric" t ON t."runId" = m."runId" AND t."name" = $3 AND t."step" = m."step" AND t."attempt" = m."attempt"
     WHERE r."sweepId" = ANY($1) ORDER BY m."runId", m."step", m."attempt" DESC`,
    [sweepIds, VAL_LOSS, EVAL_TRAIN_LOSS],
  )
  const points = new Map<string, EvalPoint[]>()
  for (const { runId, ...point } of rows) {
    const list = points.get(runId)
    if (list) list.push(point)
    else points.set(runId, [point])
  }
  return points
}

async function nodeViews(client: PoolClient): Promise<NodeView[]> {
  const { rows } = await client.query<NodeView>(
    `SELECT n."id", n."name", n."state"::text AS "state", n."scheduling"::text AS "scheduling",
       coalesce(json_agg(json_build_object('id', g."id", 'nodeId', g."nodeId", 'index', g."index", 'kind', g."kind",
         'memoryBytes', g."memoryBytes") ORDER BY g."index") FILTER (WHERE g."id" IS NOT NULL), '[]') AS "gpus"
     FROM "Node" n LEFT JOIN "Gpu" g ON g."nodeId" = n."id" GROUP BY n."id" ORDER BY n."name"`,
  )
  return rows
}

interface ExecutorRow extends Omit<ExecutorView, 'step'> {
  /** Of its last steps, and the tokens that who trains there takes in one. */
  stepMs: number | null
  stepTokens: number
}

async function executorViews(
  client: PoolClient,
): Promise<{ executors: ExecutorView[]; occupied: ReadonlySet<string> }> {
  const { rows } = await client.query<ExecutorRow>(
    `SELECT e."id", e."jobId" AS "sweepId", e."model" AS "baseModel", e."gpuIds", e."state", e."slots", e."maxLength",
       e."stepMs", coalesce(sum((r."params"->>'batch_size')::int * (s."spec"->>'max_length')::int)
         FILTER (WHERE a."state" = 'running'), 0)::int AS "stepTokens",
       coalesce(array_agg(a."runId" ORDER BY a."runId") FILTER (WHERE a."runId" IS NOT NULL), '{}') AS "runIds"
     FROM "Executor" e
     LEFT JOIN "Attempt" a ON a."executorId" = e."id" AND a."state" IN ('starting', 'running', 'ending')
     LEFT JOIN "Run" r ON r."id" = a."runId" LEFT JOIN "Sweep" s ON s."jobId" = r."sweepId"
     WHERE e."state" <> 'ended' AND e."jobId" IS NOT NULL AND e."kind" = 'tuning' GROUP BY e."id" ORDER BY e."id"`,
  )
  return {
    executors: rows.map(({ stepMs, stepTokens, ...view }) =>
      stepMs === null || stepTokens === 0
        ? view
        : { ...view, step: stepModelOf(stepMs / 1000, stepTokens, view.gpuIds.length) },
    ),
    occupied: new Set(rows.flatMap((row) => row.runIds)),
  }
}

async function gpuLeases(client: PoolClient): Promise<GpuLease[]> {
  const { rows } = await client.query<
    Omit<GpuLease, 'holder'> & { kind: 'sweep' | 'deployment'; id: string }
  >(
    `SELECT split_part(l."subject", ':', 1) AS "kind", split_part(l."subject", ':', 2) AS "id", g AS "gpuId", l."epoch",
       extract(epoch FROM l."expiresAt")::float8 AS "expiresAt"
     FROM "Lease" l, unnest(l."gpuIds") g WHERE split_part(l."subject", ':', 1) IN ('sweep', 'deployment') ORDER BY g`,
  )
  return rows.map(({ kind, id, ...lease }) => ({ ...lease, holder: { kind, id } }))
}
