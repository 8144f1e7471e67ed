import { nanoid } from 'nanoid'
import type { SweepSpec } from '@/contracts/sweep-spec'
import { database } from '../db/client'
import { ringLeader, writeJournal } from '../db/journal'
import { inTransaction } from '../db/transaction'
import { DEFAULT_EPOCHS, expandSpec, fullTraining } from './expand-spec'

export interface NewSweep {
  projectId: string
  spec: SweepSpec
  /** What agents are told instead of `spec.dataset`. */
  dataset: string
  createdById: string
  /** `null` until an agent has read the data. */
  trainSamples: number | null
  validationSamples: number | null
}

/**
 * Writes a sweep with its runs and rings the leader, all or nothing.
 *
 * @throws the driver's unique violation (23505) where the name was taken at the same moment
 */
export async function insertSweep(sweep: NewSweep): Promise<{ id: string; runs: number }> {
  const { spec } = sweep
  const id = nanoid(12)
  const configurations = expandSpec(spec)
  const facts = configurations.map((one) => fullTraining(spec, one.batch_size, sweep.trainSamples))
  const samplesFull = facts.every((one) => one !== null)
    ? facts.reduce((sum, one) => sum + one!.fullSamples, 0)
    : 0
  await inTransaction(database().pool, async (client) => {
    await client.query(
      `INSERT INTO "Job" ("id", "projectId", "kind", "name", "state", "priority", "gpus", "createdById")
       VALUES ($1, $2, 'sweep', $3, 'waiting', $4, $5, $6)`,
      [id, sweep.projectId, spec.name, spec.priority, spec.gpus, sweep.createdById],
    )
    await client.query(
      `INSERT INTO "Sweep" ("jobId", "spec", "model", "dataset", "method", "trainSamples", "validationSamples",
         "epochs", "evaluations", "samplesFull") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        JSON.stringify(spec),
        spec.model,
        sweep.dataset,
        spec.method,
        sweep.trainSamples,
        sweep.validationSamples,
        spec.epochs ?? (spec.max_steps === undefined ? DEFAULT_EPOCHS : null),
        spec.evaluations,
        samplesFull,
      ],
    )
    await client.query(
      `INSERT INTO "Run" ("id", "sweepId", "number", "params", "totalSteps", "fullSamples")
       SELECT r."id", $1, r."number", r."params"::jsonb, r."steps", r."full"
       FROM unnest($2::text[], $3::int[], $4::text[], $5::int[], $6::int[]) AS r("id", "number", "params", "steps", "full")`,
      [
        id,
        configurations.map(() => nanoid(12)),
        configurations.map((_, index) => index + 1),
        configurations.map((one) => JSON.stringify(one)),
        facts.map((one) => one?.totalSteps ?? null),
        facts.map((one) => one?.fullSamples ?? null),
      ],
    )
    await writeJournal(client, [{ kind: 'sweep', jobId: id, data: { state: 'waiting', name: spec.name } }])
    await ringLeader(client)
  })
  return { id, runs: configurations.length }
}
