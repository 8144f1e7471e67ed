/** A figure that one statement of the database answers, as rows of `value` and, where it has one, `label`. */
export interface Figure {
  name: string
  help: string
  kind: 'gauge' | 'counter'
  label?: string
  sql: string
}

const byState = (table: string) =>
  `SELECT "state"::text AS "label", count(*) AS "value" FROM "${table}" GROUP BY 1`

/** What `/metrics` answers of the installation, beside the process's own figures. */
export const FIGURES: readonly Figure[] = [
  { name: 'alto_jobs', help: 'Jobs by state', kind: 'gauge', label: 'state', sql: byState('Job') },
  { name: 'alto_runs', help: 'Runs by state', kind: 'gauge', label: 'state', sql: byState('Run') },
  { name: 'alto_nodes', help: 'Nodes by state', kind: 'gauge', label: 'state', sql: byState('Node') },
  {
    name: 'alto_attempts_live',
    help: 'Attempts that have not ended, by state',
    kind: 'gauge',
    label: 'state',
    sql: `SELECT "state"::text AS "label", count(*) AS "value" FROM "Attempt"
          WHERE "state" IN ('starting', 'running', 'ending') GROUP BY 1`,
  },
  {
    name: 'alto_leases',
    help: 'Leases by what they are for',
    kind: 'gauge',
    label: 'subject',
    sql: `SELECT split_part("subject", ':', 1) AS "label", count(*) AS "value" FROM "Lease" GROUP BY 1`,
  },
  {
    name: 'alto_lease_seconds_left',
    help: 'Seconds that the lease which ends first is still good for; below 0 its node is about to be lost',
    kind: 'gauge',
    label: 'subject',
    sql: `SELECT split_part("subject", ':', 1) AS "label", extract(epoch FROM min("expiresAt") - now()) AS "value"
          FROM "Lease" GROUP BY 1`,
  },
  {
    name: 'alto_queue_gpus',
    help: 'GPUs that waiting jobs ask for',
    kind: 'gauge',
    sql: `SELECT coalesce(sum("gpus"), 0) AS "value" FROM "Job" WHERE "state" = 'waiting'`,
  },
  {
    name: 'alto_queue_oldest_seconds',
    help: 'For how long the oldest waiting job has waited',
    kind: 'gauge',
    sql: `SELECT coalesce(extract(epoch FROM now() - min("createdAt")), 0) AS "value" FROM "Job"
          WHERE "state" = 'waiting'`,
  },
  {
    name: 'alto_gpus_held',
    help: 'GPUs that an executor holds',
    kind: 'gauge',
    sql: `SELECT coalesce(sum(cardinality("gpuIds")), 0) AS "value" FROM "Executor" WHERE "state" <> 'ended' AND "kind" <> 'part'`,
  },
  {
    name: 'alto_gpu_utilisation',
    help: 'Newest utilisation of each device, 0 to 1',
    kind: 'gauge',
    label: 'gpu',
    sql: `SELECT g."id" AS "label", s."utilisation" AS "value" FROM "Gpu" g CROSS JOIN LATERAL (
            SELECT "utilisation" FROM "GpuSample" WHERE "nodeId" = g."nodeId" AND "index" = g."index"
            ORDER BY "at" DESC LIMIT 1) s WHERE s."utilisation" IS NOT NULL`,
  },
  {
    name: 'alto_node_silence_seconds',
    help: 'Since when each node that is not lost was last heard',
    kind: 'gauge',
    label: 'node',
    sql: `SELECT "name" AS "label", extract(epoch FROM now() - "lastSeenAt") AS "value" FROM "Node"
          WHERE "state" <> 'lost'`,
  },
  {
    name: 'alto_metric_points_total',
    help: 'Points of training metrics that Postgres has stored since its statistics were reset',
    kind: 'counter',
    sql: `SELECT "n_tup_ins" AS "value" FROM pg_stat_user_tables WHERE "relname" = 'Metric'`,
  },
  {
    name: 'alto_events_stored_total',
    help: 'Events of each node that are stored and acknowledged',
    kind: 'counter',
    label: 'node',
    sql: `SELECT "name" AS "label", "ackedSeq" AS "value" FROM "Node"`,
  },
  {
    name: 'alto_database_bytes',
    help: 'Size of the database',
    kind: 'gauge',
    sql: `SELECT pg_database_size(current_database()) AS "value"`,
  },
  {
    name: 'alto_stops_total',
    help: 'Stopped runs by reason',
    kind: 'counter',
    label: 'reason',
    sql: `SELECT coalesce("reason", 'none') AS "label", count(*) AS "value" FROM "Decision"
          WHERE "kind" = 'stop' GROUP BY 1`,
  },
  {
    name: 'alto_decisions_total',
    help: 'Decisions by kind',
    kind: 'counter',
    label: 'kind',
    sql: `SELECT "kind" AS "label", count(*) AS "value" FROM "Decision" GROUP BY 1`,
  },
  {
    name: 'alto_samples_saved_ratio',
    help: 'Share of the full training of ended sweeps that was not needed',
    kind: 'gauge',
    sql: `SELECT coalesce(1 - sum(s."samplesUsed")::float8 / nullif(sum(s."samplesFull"), 0), 0) AS "value"
          FROM "Sweep" s JOIN "Job" j ON j."id" = s."jobId" WHERE j."state" = 'done'`,
  },
  {
    name: 'alto_wishes_waiting',
    help: 'What people asked for and the leader has not done yet',
    kind: 'gauge',
    sql: `SELECT count(*) AS "value" FROM "Wish" WHERE "appliedAt" IS NULL AND "refusal" IS NULL`,
  },
  {
    name: 'alto_requests',
    help: 'Serving requests by state',
    kind: 'gauge',
    label: 'state',
    sql: byState('Request'),
  },
  {
    name: 'alto_slo_attainment',
    help: 'Share of the serving requests of the last hour that ended by their deadline, by kind',
    kind: 'gauge',
    label: 'kind',
    sql: `SELECT "kind" AS "label", avg(("state" = 'done' AND "endedAt" <= "deadlineAt")::int) AS "value" FROM "Request"
          WHERE "endedAt" > now() - interval '1 hour' AND "state" <> 'cancelled' GROUP BY 1`,
  },
  {
    name: 'alto_audit_entries_total',
    help: 'What people did, by outcome',
    kind: 'counter',
    label: 'outcome',
    sql: `SELECT coalesce("outcome", 'open') AS "label", count(*) AS "value" FROM "AuditEntry" GROUP BY 1`,
  },
  {
    name: 'alto_launcher_agents',
    help: 'Agents that each launcher has',
    kind: 'gauge',
    label: 'launcher',
    sql: `SELECT "name" AS "label", jsonb_array_length("agents") AS "value" FROM "Launcher"`,
  },
  {
    name: 'alto_launcher_wanted',
    help: 'Agents that each launcher should have',
    kind: 'gauge',
    label: 'launcher',
    sql: `SELECT "name" AS "label", "wanted" AS "value" FROM "Launcher"`,
  },
]
