import type { SweepSpec } from '@/contracts/sweep-spec'
import type { ModelFacts } from '../agent-questions/model-facts'
import { database } from '../db/client'
import { estimateMemory, type MemoryPart } from './estimate-memory'
import { expandSpec, fullTraining } from './expand-spec'

export interface Estimate {
  runs: number
  /** Samples that all runs consume without early exits; `null` before the data are known. */
  samplesFull: number | null
  /** Samples a second of executors that trained this base model here; `null` where none has. */
  samplesPerSecond: number | null
  secondsWithoutExits: number | null
  /** Share of the samples that ended sweeps with this policy trained; `null` where none has ended. */
  trainedShare: { p10: number; p50: number; p90: number; sweeps: number } | null
  secondsWithExits: { p10: number; p50: number; p90: number } | null
  memory: { parts: MemoryPart[]; bytesPerGpu: number | null; largestGpuBytes: number | null } | null
}

async function measuredSpeed(model: string): Promise<number | null> {
  const { rows } = await database().pool.query<{ speed: number | null }>(
    `SELECT sum(r."samples") / nullif(sum(extract(epoch FROM coalesce(j."endedAt", now()) - j."startedAt")), 0)::float8 AS "speed"
     FROM "Sweep" s JOIN "Job" j ON j."id" = s."jobId"
     CROSS JOIN LATERAL (SELECT sum("samples")::float8 AS "samples" FROM "Run" WHERE "sweepId" = s."jobId") r
     WHERE s."model" = $1 AND j."startedAt" IS NOT NULL AND r."samples" > 0`,
    [model],
  )
  return rows[0]?.speed ?? null
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.round((sorted.length - 1) * share)]!

async function trainedShare(policy: string): Promise<Estimate['trainedShare']> {
  const { rows } = await database().pool.query<{ share: number }>(
    `SELECT r."used" / r."full" AS "share" FROM "Sweep" s JOIN "Job" j ON j."id" = s."jobId"
     CROSS JOIN LATERAL (SELECT sum("samples")::float8 AS "used", sum("fullSamples")::float8 AS "full"
       FROM "Run" WHERE "sweepId" = s."jobId") r
     WHERE j."state" = 'done' AND s."spec"->'early_exit'->>'policy' = $1 AND r."full" > 0
     ORDER BY j."endedAt" DESC LIMIT 50`,
    [policy],
  )
  if (rows.length === 0) return null
  const shares = rows.map((row) => Math.min(1, row.share)).sort((a, b) => a - b)
  return {
    p10: quantile(shares, 0.1),
    p50: quantile(shares, 0.5),
    p90: quantile(shares, 0.9),
    sweeps: shares.length,
  }
}

async function largestGpu(): Promise<number | null> {
  const { rows } = await database().pool.query<{ bytes: number | null }>(
    'SELECT max("memoryBytes") AS "bytes" FROM "Gpu"',
  )
  return rows[0]?.bytes ?? null
}

/** What a sweep would cost, from what was measured here; what was never measured is `null`. */
export async function estimateSweep(
  spec: SweepSpec,
  facts: { model: ModelFacts | null; trainSamples: number | null; longestRow: number | null },
): Promise<Estimate> {
  const configurations = expandSpec(spec)
  const work = configurations.map((one) => fullTraining(spec, one.batch_size, facts.trainSamples))
  const samplesFull = work.every((one) => one !== null)
    ? work.reduce((sum, one) => sum + one!.fullSamples, 0)
    : null
  const [speed, share, largestGpuBytes] = await Promise.all([
    measuredSpeed(spec.model),
    trainedShare(spec.early_exit.policy),
    largestGpu(),
  ])
  const seconds = samplesFull !== null && speed ? samplesFull / speed : null
  const tokens = Math.min(spec.max_length, facts.longestRow ?? spec.max_length)
  const parts = facts.model ? estimateMemory(facts.model, configurations, tokens) : null
  return {
    runs: configurations.length,
    samplesFull,
    samplesPerSecond: speed,
    secondsWithoutExits: seconds,
    trainedShare: share,
    secondsWithExits:
      seconds !== null && share
        ? { p10: seconds * share.p10, p50: seconds * share.p50, p90: seconds * share.p90 }
        : null,
    memory: parts && {
      parts,
      bytesPerGpu: parts.reduce((sum, part) => sum + part.bytes, 0),
      largestGpuBytes,
    },
  }
}
