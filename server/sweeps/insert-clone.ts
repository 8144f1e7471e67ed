import { nanoid } from 'nanoid'
import { sweepSpec } from '@/contracts/sweep-spec'
import { ALPHA_PER_RANK } from '@/engine/search/complete-configuration'
import type { Configuration } from '@/engine/search/space'
import { database } from '../db/client'
import { decisionRow } from '../db/decisions'
import { ringLeader, writeJournal } from '../db/journal'
import { reopenSweep } from '../db/reopen-sweep'
import { inTransaction } from '../db/transaction'
import { fullTraining } from './expand-spec'

export interface NewClone {
  runId: string
  sweepId: string
  actorId: string
  change: Partial<Configuration>
}

/** People see r07. */
const runName = (number: number) => `r${String(number).padStart(2, '0')}`

/** Alpha follows a changed rank where it followed it before. */
function changed(params: Configuration, change: Partial<Configuration>): Configuration {
  const followed = params.alpha === params.rank * ALPHA_PER_RANK
  const alpha =
    change.rank !== undefined && change.alpha === undefined && followed
      ? change.rank * ALPHA_PER_RANK
      : undefined
  return { ...params, ...change, ...(alpha === undefined ? {} : { alpha }) } as Configuration
}

function sentence(from: number, to: number, change: Partial<Configuration>): string {
  const names = Object.entries(change).map(([name, value]) => `${name} ${String(value)}`)
  return `${runName(to)} was cloned from ${runName(from)}${names.length > 0 ? ` with ${names.join(', ')}` : ''}.`
}

/** Adds a run to a sweep, with its decision; a sweep that has ended goes on. */
export async function insertClone(clone: NewClone): Promise<{ id: string; number: number }> {
  return inTransaction(database().pool, async (client) => {
    // The lock makes the next number unique.
    const sweep = await client.query<{ spec: unknown; trainSamples: number | null }>(
      'SELECT "spec", "trainSamples" FROM "Sweep" WHERE "jobId" = $1 FOR UPDATE',
      [clone.sweepId],
    )
    const origin = await client.query<{ number: number; params: Configuration }>(
      'SELECT "number", "params" FROM "Run" WHERE "id" = $1',
      [clone.runId],
    )
    const { number: from, params } = origin.rows[0]!
    const next = changed(params, clone.change)
    const work = fullTraining(
      sweepSpec.parse(sweep.rows[0]!.spec),
      next.batch_size,
      sweep.rows[0]!.trainSamples,
    )
    const id = nanoid(12)
    const inserted = await client.query<{ number: number }>(
      `INSERT INTO "Run" ("id", "sweepId", "number", "params", "clonedFromId", "totalSteps", "fullSamples")
       SELECT $1, $2, max("number") + 1, $3, $4, $5, $6 FROM "Run" WHERE "sweepId" = $2 RETURNING "number"`,
      [
        id,
        clone.sweepId,
        JSON.stringify(next),
        clone.runId,
        work?.totalSteps ?? null,
        work?.fullSamples ?? null,
      ],
    )
    const number = inserted.rows[0]!.number
    await reopenSweep(client, clone.sweepId)
    const decision = await decisionRow(client, {
      jobId: clone.sweepId,
      runId: id,
      kind: 'clone',
      actorId: clone.actorId,
      sentence: sentence(from, number, clone.change),
      seen: { from: clone.runId, change: clone.change },
    })
    await writeJournal(client, [
      decision.entry,
      { kind: 'run', jobId: clone.sweepId, runId: id, data: { state: 'waiting' } },
    ])
    await ringLeader(client)
    return { id, number }
  })
}
