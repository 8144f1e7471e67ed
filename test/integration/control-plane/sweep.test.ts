import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SweepSpecInput } from '../../../contracts/sweep-spec'
import { TestCluster } from '../../support/cluster'
import { startPostgres, type TestPostgres } from '../../support/postgres'
import { eventually } from '../../support/processes'

interface RunRow {
  id: string
  number: number
  state: string
  stopReason: string | null
  stopDecisionId: number | null
  step: number
  samples: number
  totalSteps: number
  bestValLoss: number | null
  exemptRules: string[]
  error: string | null
}

let postgres: TestPostgres
let cluster: TestCluster

const base = {
  model: 'builtin/tiny-llama',
  dataset: 'builtin/arithmetic',
  max_length: 64,
} satisfies Partial<SweepSpecInput>

const runsOf = (sweepId: string) =>
  cluster.rows<RunRow>('SELECT * FROM "Run" WHERE "sweepId" = $1 ORDER BY "number"', [sweepId])

beforeAll(async () => {
  postgres = await startPostgres()
  cluster = await TestCluster.create(await postgres.createDatabase())
  await cluster.controlPlane({ ALTO_POLL_SECONDS: '1' })
  await cluster.agent()
})

afterAll(async () => {
  await cluster?.close()
  await postgres?.stop()
})

describe('a sweep that was written as rows', () => {
  test('[L9] [L12] trains, stops runs early with their decisions, ends with the best, and revives from the exact step', async () => {
    const rates = [1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1]
    const id = await cluster.submit(
      {
        ...base,
        name: 'six rates',
        parameters: { learning_rate: { values: rates } },
        max_steps: 40,
        evaluations: 20,
        early_exit: { policy: 'alto', warmup: 0.2, keep: 0.5 },
      },
      rates.map((learning_rate) => ({ learning_rate, rank: 4, batch_size: 2 })),
    )
    expect(await cluster.sweepState(id, ['done', 'failed'])).toBe('done')
    const runs = await runsOf(id)
    const stopped = runs.filter((run) => run.state === 'parked')
    expect(stopped.length).toBeGreaterThan(0)
    expect(runs.filter((run) => run.state === 'done').map((run) => run.step)).toContain(40)
    for (const run of stopped) {
      expect(run.step).toBeLessThan(40)
      const [decision] = await cluster.rows<{ kind: string; rule: string; seen: { savedSamples: number } }>(
        'SELECT * FROM "Decision" WHERE "id" = $1',
        [run.stopDecisionId],
      )
      expect(decision).toMatchObject({ kind: 'stop', reason: run.stopReason })
    }
    const [sweep] = await cluster.rows<{ bestRunId: string; samplesUsed: number; samplesFull: number }>(
      'SELECT * FROM "Sweep" WHERE "jobId" = $1',
      [id],
    )
    const best = runs
      .filter((run) => run.bestValLoss !== null)
      .sort((a, b) => a.bestValLoss! - b.bestValLoss!)[0]!
    expect(sweep).toMatchObject({
      bestRunId: best.id,
      samplesUsed: runs.reduce((sum, run) => sum + run.samples, 0),
      samplesFull: 6 * 40 * 2,
    })
    const [left] = await cluster.rows<{ leases: number; executors: number; attempts: number }>(
      `SELECT (SELECT count(*) FROM "Lease") AS "leases",
         (SELECT count(*) FROM "Executor" WHERE "state" IN ('starting', 'ready')) AS "executors",
         (SELECT count(*) FROM "Attempt" WHERE "state" IN ('starting', 'running', 'ending')) AS "attempts"`,
    )
    expect(left).toEqual({ leases: 0, executors: 0, attempts: 0 })
    const done = runs.find((run) => run.state === 'done')!
    for (const file of ['adapter_config.json', 'adapter_model.safetensors', 'README.md'])
      expect(existsSync(join(cluster.dataDir, 'artifacts', 'runs', done.id, 'adapter', file))).toBe(true)

    const revived =
      stopped.find((run) => run.stopReason !== 'non-finite' && run.stopReason !== 'diverged') ?? stopped[0]!
    await cluster.wish('revive', `run:${revived.id}`)
    await cluster.sweepState(id, ['running'])
    await cluster.sweepState(id, ['done'])
    const after = (await runsOf(id)).find((run) => run.id === revived.id)!
    const attempts = await cluster.rows<{ number: number; fromStep: number }>(
      'SELECT "number", "fromStep" FROM "Attempt" WHERE "runId" = $1 ORDER BY "number"',
      [revived.id],
    )
    expect(attempts.at(-1)).toEqual({ number: 2, fromStep: revived.step })
    const steps = await cluster.rows<{ step: number }>(
      `SELECT "step" FROM "Metric" WHERE "runId" = $1 AND "name" = 'train_loss' ORDER BY "step", "attempt"`,
      [revived.id],
    )
    expect(steps.map((row) => row.step)).toEqual(Array.from({ length: after.step }, (_, i) => i + 1))
    expect(after.step).toBeGreaterThan(revived.step)
  }, 180_000)

  test('[L14] fails with one sentence where its data set cannot be read, and nothing is left running', async () => {
    const id = await cluster.submit(
      {
        ...base,
        name: 'no data',
        dataset: 'uploads/nothing.jsonl',
        parameters: { learning_rate: { values: [1e-3] } },
        max_steps: 4,
        early_exit: { policy: 'none' },
      },
      [1, 2].map((seed) => ({ learning_rate: 1e-3, rank: 4, batch_size: 2, seed })),
    )
    expect(await cluster.sweepState(id, ['done', 'failed'])).toBe('failed')
    const [job] = await cluster.rows<{ error: string }>('SELECT "error" FROM "Job" WHERE "id" = $1', [id])
    expect(job?.error).toContain('nothing.jsonl')
    expect((await runsOf(id)).map((run) => run.state)).toEqual(['failed', 'failed'])
    await eventually('its executor to end', 60, async () => {
      const rows = await cluster.rows(`SELECT 1 FROM "Executor" WHERE "jobId" = $1 AND "state" <> 'ended'`, [
        id,
      ])
      return rows.length === 0
    })
  }, 120_000)

  test('asks for configurations a generation at a time where it searches by TPE', async () => {
    const id = await cluster.submit(
      {
        ...base,
        name: 'tpe',
        method: 'tpe',
        runs: 3,
        parameters: {
          learning_rate: { min: 1e-4, max: 1e-2, distribution: 'log_uniform' },
          rank: { values: [2, 4] },
          batch_size: { values: [2] },
        },
        max_steps: 3,
        evaluations: 1,
        early_exit: { policy: 'none' },
      },
      [],
    )
    expect(await cluster.sweepState(id, ['done', 'failed'])).toBe('done')
    const runs = await cluster.rows<{ params: Record<string, unknown>; state: string }>(
      'SELECT "params", "state"::text FROM "Run" WHERE "sweepId" = $1',
      [id],
    )
    expect(runs.map((run) => run.state)).toEqual(['done', 'done', 'done'])
    expect(new Set(runs.map((run) => run.params.learning_rate)).size).toBe(3)
  }, 120_000)

  test('[L10] is cancelled only when its executors have ended, and its runs are parked', async () => {
    const id = await cluster.submit(
      {
        ...base,
        name: 'long',
        parameters: { learning_rate: { values: [1e-3] } },
        max_steps: 100_000,
        evaluations: 10,
        early_exit: { policy: 'none' },
      },
      [1, 2].map((seed) => ({ learning_rate: 1e-3, rank: 4, batch_size: 2, seed })),
    )
    await eventually('it to train', 60, async () => (await runsOf(id)).every((run) => run.step > 0))
    await cluster.wish('cancel', `sweep:${id}`)
    await cluster.sweepState(id, ['cancelled'])
    const live = await cluster.rows(`SELECT 1 FROM "Executor" WHERE "jobId" = $1 AND "state" <> 'ended'`, [
      id,
    ])
    expect(live).toEqual([])
    expect((await runsOf(id)).map((run) => [run.state, run.stopReason])).toEqual([
      ['parked', 'user'],
      ['parked', 'user'],
    ])
    const refused = await cluster.wish('cancel', `sweep:${id}`)
    const [wish] = await eventually('an answer', 20, async () => {
      const rows = await cluster.rows<{ refusal: string }>(
        'SELECT "refusal" FROM "Wish" WHERE "id" = $1 AND "appliedAt" IS NOT NULL',
        [refused],
      )
      return rows.length > 0 && rows
    })
    expect(wish?.refusal).toBe('long cannot be cancelled: it is cancelled.')
  }, 120_000)

  test('a question of the web is answered by the agent, a wrong one with the field that is wrong', async () => {
    const ask = async (id: string, data: unknown) => {
      await cluster.pool.query('INSERT INTO "Question" ("id", "data") VALUES ($1, $2)', [
        id,
        JSON.stringify(data),
      ])
      await cluster.pool.query('NOTIFY alto_work')
      return eventually('an answer', 60, async () => {
        const [row] = await cluster.rows<{
          answer: { maxRank: number } | null
          error: { field: string } | null
        }>('SELECT "answer", "error" FROM "Question" WHERE "id" = $1 AND "answeredAt" IS NOT NULL', [id])
        return row
      })
    }
    const known = await ask('q1', { kind: 'describe-model', model: 'builtin/tiny-llama' })
    expect(known.answer?.maxRank).toBeGreaterThan(0)
    const unknown = await ask('q2', { kind: 'describe-model', model: 'builtin/nothing' })
    expect(unknown.error?.field).toBe('model')
  }, 120_000)
})
