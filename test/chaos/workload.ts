import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SweepSpecInput } from '../../contracts/sweep-spec'
import type { Curves, Point, Try } from './check-curves'
import type { Stage } from './stage'

/** Learning rates of the runs of every sweep. */
const RATES = [3e-4, 1e-3, 3e-3]
export const PARAMS = RATES.map((learning_rate) => ({ learning_rate, rank: 4, batch_size: 2 }))

/**
 * A sweep with an early-exit policy. Runs of a number are the same under every policy, since adapters are isolated:
 * with `none` each is trained to its end, with `asha` a rule stops some on the way, depending on who is how far.
 */
export function workload(policy: 'none' | 'asha', steps: number): Omit<SweepSpecInput, 'name'> {
  return {
    model: 'builtin/tiny-llama',
    dataset: 'builtin/arithmetic',
    parameters: { learning_rate: { values: RATES } },
    max_steps: steps,
    max_length: 64,
    evaluations: 8,
    early_exit: { policy },
  }
}

/** What one sweep has left in the database and on the disk. */
export interface Outcome {
  curves: Curves
  /** SHA-256 of the weights of each run that was trained to its end, by the run's number. */
  adapters: Map<number, string>
}

export async function readOutcome(stage: Stage, sweepId: string): Promise<Outcome> {
  const { cluster } = stage
  const runs = await cluster.rows<{ id: string; number: number; state: string; step: number }>(
    'SELECT "id", "number", "state"::text, "step" FROM "Run" WHERE "sweepId" = $1 ORDER BY "number"',
    [sweepId],
  )
  const points = await cluster.rows<Point>(
    `SELECT r."number" AS "run", m."attempt", m."name", m."step", m."value" FROM "Metric" m
     JOIN "Run" r ON r."id" = m."runId" WHERE r."sweepId" = $1`,
    [sweepId],
  )
  const tries = await cluster.rows<Try>(
    `SELECT r."number" AS "run", a."number" AS "attempt", a."fromStep" FROM "Attempt" a
     JOIN "Run" r ON r."id" = a."runId" WHERE r."sweepId" = $1`,
    [sweepId],
  )
  const weights = (runId: string) =>
    createHash('sha256')
      .update(readFileSync(join(stage.artifacts, 'runs', runId, 'adapter', 'adapter_model.safetensors')))
      .digest('hex')
  return {
    curves: { steps: new Map(runs.map((run) => [run.number, run.step])), tries, points },
    adapters: new Map(
      runs.filter((run) => run.state === 'done').map((run) => [run.number, weights(run.id)] as const),
    ),
  }
}
