import { nanoid } from 'nanoid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DurableEvent } from '../../../contracts/agent-events'
import { runCycle, StalePlans } from '../../../control-plane/cycle'
import { Quarantine } from '../../../control-plane/quarantine'
import type { Settings } from '../../../control-plane/settings'
import type { Plan } from '../../../engine/model/plan'
import { applyPlan } from '../../../server/db/apply-plan'
import { ingest } from '../../../server/db/ingest'
import { readJournal, trimJournal } from '../../../server/db/journal'
import { grantRun, renewNodes } from '../../../server/db/leases'
import { loseNodes } from '../../../server/db/leases-lost'
import { inTransaction } from '../../../server/db/transaction'
import { TestCluster } from '../../support/cluster'
import { startPostgres, type TestPostgres } from '../../support/postgres'

const SETTINGS: Settings = {
  databaseUrl: '',
  port: 0,
  host: '127.0.0.1',
  dataDir: '',
  leaseSeconds: 60,
  heartbeatSeconds: 2,
  identitySeconds: 86_400,
  maxSlots: 4,
  parkedSeconds: 1000,
  webhookPrivateTargets: false,
  pollSeconds: 5,
}
const PLAN_SETTINGS = { leaseSeconds: 120, parkedSeconds: 1000, sentence: () => 'A sentence.' }

let postgres: TestPostgres
let cluster: TestCluster
let nodeId: string
let runIds: string[]
let seq = 0
let quarantine: Quarantine

beforeAll(async () => {
  postgres = await startPostgres()
})

afterAll(async () => {
  await postgres?.stop()
})

beforeEach(async () => {
  await cluster?.close()
  cluster = await TestCluster.create(await postgres.createDatabase())
  nodeId = nanoid(12)
  seq = 0
  quarantine = new Quarantine(cluster.pool)
  await cluster.pool.query(
    `INSERT INTO "Node" ("id", "clusterId", "name", "agentVersion", "cpuCores", "memoryBytes", "lastSeenAt")
     SELECT $1, "id", 'n0', '0', 2, 1000, now() FROM "Cluster"`,
    [nodeId],
  )
  await cluster.pool.query(
    `INSERT INTO "Gpu" ("id", "nodeId", "index", "kind", "name", "memoryBytes") VALUES ('n0/0', $1, 0, 'cpu', 'CPU', 1000)`,
    [nodeId],
  )
  await cluster.submit(
    {
      name: 's',
      model: 'builtin/tiny-llama',
      dataset: 'builtin/arithmetic',
      parameters: { learning_rate: { values: [1e-3, 1e-2] } },
      max_steps: 10,
      early_exit: { policy: 'none' },
    },
    [
      { learning_rate: 1e-3, rank: 4, batch_size: 2 },
      { learning_rate: 1e-2, rank: 4, batch_size: 2 },
    ],
  )
  const runs = await cluster.rows<{ id: string }>('SELECT "id" FROM "Run" ORDER BY "number"')
  runIds = runs.map((run) => run.id)
})

afterAll(async () => {
  await cluster?.close()
})

const apply = (plan: Plan, over: readonly string[]) => applyPlan(cluster.pool, plan, over, PLAN_SETTINGS)
const cycle = () => runCycle(cluster.pool, SETTINGS, apply, quarantine)
const report = (...events: DurableEvent[]) =>
  ingest(
    cluster.pool,
    events.map((event) => ({ nodeId, seq: ++seq, event })),
  )
const attempt = (
  runId: string,
  number: number,
  epoch: number,
  state: 'started' | 'parked' | 'done' | 'failed',
  reason: Extract<DurableEvent, { kind: 'attempt' }>['reason'] = null,
): DurableEvent => ({
  kind: 'attempt',
  runId,
  attempt: number,
  epoch,
  token: 'attempt_t',
  at: new Date().toISOString(),
  state,
  step: 0,
  samples: 0,
  reason,
  message: null,
  facts: null,
  admission: null,
})
const metrics = (runId: string, number: number, epoch: number, steps: number[]): DurableEvent => ({
  kind: 'metrics',
  runId,
  attempt: number,
  epoch,
  token: 'attempt_t',
  steps,
  samples: steps.map((step) => step * 2),
  at: steps.map(() => 1_700_000_000),
  series: { train_loss: steps.map((step) => (step === 2 ? null : 1 / step)) },
})
const run = async (id: string) =>
  (await cluster.rows<Record<string, unknown>>('SELECT * FROM "Run" WHERE "id" = $1', [id]))[0]!
const count = async (table: string) =>
  (await cluster.rows<{ n: number }>(`SELECT count(*) AS n FROM "${table}"`))[0]!.n

describe('plans', () => {
  test('[L5] [L1] [J2] [J3] a cycle commits leases, attempts, decisions, placements and journal of one plan together', async () => {
    await cycle()
    expect(await count('Lease')).toBe(3)
    expect(await count('Attempt')).toBe(2)
    expect(await count('Placement')).toBe(1)
    expect(await count('Executor')).toBe(1)
    const kinds = (await readJournal(cluster.pool, 0)).map((row) => row.kind)
    expect(new Set(kinds)).toEqual(new Set(['decision', 'sweep', 'executor', 'run']))
    const before = await count('Journal')
    await cycle()
    expect(await count('Journal')).toBe(before)
    expect(await count('Attempt')).toBe(2)
  })

  test('[L11] an applier that always rejects leads to new cycles, and nothing is written', async () => {
    let asked = 0
    const rejecting = async () => {
      asked++
      return 'rejected' as const
    }
    await expect(runCycle(cluster.pool, SETTINGS, rejecting, quarantine)).rejects.toThrow(StalePlans)
    expect(asked).toBeGreaterThan(1)
    expect(await count('Lease')).toBe(0)
    await cycle()
    expect(await count('Lease')).toBe(3)
  })

  test('[L11] a plan from an older version is rejected whole', async () => {
    let stale: Plan | undefined
    const noting = async (plan: Plan, over: readonly string[]) => {
      stale = plan
      return apply(plan, over)
    }
    await runCycle(cluster.pool, SETTINGS, noting, quarantine)
    expect(await apply(stale!, [])).toBe('rejected')
    expect(await count('Attempt')).toBe(2)
  })

  test('[L1] [L2] a run with a live attempt is granted to nobody else, also by two at once', async () => {
    await cycle()
    const [executor] = await cluster.rows<{ id: string }>('SELECT "id" FROM "Executor"')
    const grant = () =>
      inTransaction(cluster.pool, (client) =>
        grantRun(client, { runId: runIds[0]!, nodeId, executorId: executor!.id, gpuIds: [], seconds: 60 }),
      )
    expect(await grant()).toBeNull()
    await report(attempt(runIds[0]!, 1, 1, 'parked', 'lease-lost'))
    const granted = await Promise.allSettled([grant(), grant()])
    const epochs = granted.flatMap((one) =>
      one.status === 'fulfilled' && one.value ? [one.value.epoch] : [],
    )
    expect(epochs).toEqual([2])
  })

  test('[K14] a run for which the executor has no memory waits until another one has left', async () => {
    await cycle()
    const refused = {
      ...attempt(runIds[1]!, 1, 1, 'failed', 'memory'),
      admission: { requestedBytes: 900, availableBytes: 100, beside: 1 },
    }
    await report(attempt(runIds[0]!, 1, 1, 'started'), refused as DurableEvent)
    expect((await run(runIds[1]!)).state).toBe('waiting')
    await cycle()
    expect(await count('Attempt')).toBe(2)
    await report(attempt(runIds[0]!, 1, 1, 'done'))
    await cycle()
    expect(await count('Attempt')).toBe(3)
    expect((await run(runIds[1]!)).state).toBe('training')
  })
})

describe('a sweep that cannot be planned', () => {
  const spec = {
    model: 'builtin/tiny-llama',
    dataset: 'builtin/arithmetic',
    parameters: {},
    max_steps: 10,
  }
  const params = [{ learning_rate: 1e-3, rank: 4, batch_size: 2 }]
  const job = async (id: string) =>
    (await cluster.rows<Record<string, unknown>>('SELECT * FROM "Job" WHERE "id" = $1', [id]))[0]!

  test.each([
    ['of which deciding throws', `UPDATE "Sweep" SET "spec" = "spec" - 'early_exit' WHERE "jobId" = $1`],
    ['whose rows make no sense', `UPDATE "Sweep" SET "spec" = 'null' WHERE "jobId" = $1`],
  ])('[L16] %s is left out, ends with its sentence, and the others go on', async (_what, poison) => {
    const id = await cluster.submit({ name: 'poison', ...spec }, params)
    await cluster.pool.query(poison, [id])
    await cycle()
    expect(await run(runIds[0]!)).toMatchObject({ state: 'training' })
    expect(await job(id)).toMatchObject({ state: 'waiting' })
    await cycle()
    await cycle()
    expect(await job(id)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^Planning this sweep failed 3 times \(.+\), so it was ended/) as string,
    })
    expect(await cluster.rows('SELECT "state"::text FROM "Run" WHERE "sweepId" = $1', [id])).toEqual([
      { state: 'failed' },
    ])
    expect(await run(runIds[0]!)).toMatchObject({ state: 'training' })
  })

  test('[L16] of which a plan cannot be written is left out, and nothing of it is half done', async () => {
    await cluster.pool.query(
      `INSERT INTO "Gpu" ("id", "nodeId", "index", "kind", "name", "memoryBytes") VALUES ('n0/1', $1, 1, 'cpu', 'CPU', 1000)`,
      [nodeId],
    )
    const id = await cluster.submit({ name: 'poison', ...spec }, params)
    await cluster.pool.query(
      `ALTER TABLE "Lease" ADD CONSTRAINT planted CHECK ("subject" <> 'sweep:${id}') NOT VALID`,
    )
    for (let time = 0; time < 3; time++) await cycle()
    expect(await job(id)).toMatchObject({ state: 'failed' })
    expect(await cluster.rows('SELECT * FROM "Placement" WHERE "jobId" = $1', [id])).toEqual([])
    expect(await run(runIds[0]!)).toMatchObject({ state: 'training' })
  })
})

describe('ingestion', () => {
  test('[L3] [L4] an older epoch is refused by the statement that writes, a repeat changes nothing', async () => {
    await cycle()
    const [id] = runIds as [string]
    await report(attempt(id, 1, 1, 'started'), metrics(id, 1, 1, [1, 2, 3]))
    expect(await count('Metric')).toBe(3)
    await report(metrics(id, 1, 1, [1, 2, 3]))
    expect(await count('Metric')).toBe(3)
    await report(attempt(id, 1, 1, 'parked', 'lease-lost'))
    await cycle()
    expect(await run(id)).toMatchObject({ epoch: 2, state: 'training', step: 3 })
    await report(metrics(id, 1, 1, [4, 5]), attempt(id, 1, 1, 'failed', 'error'))
    expect(await count('Metric')).toBe(3)
    expect(await run(id)).toMatchObject({ epoch: 2, state: 'training', step: 3 })
    await report(metrics(id, 2, 2, [4]))
    expect(await count('Metric')).toBe(4)
  })

  test('[L4] numbers that were stored are passed over, and all are acknowledged', async () => {
    await cycle()
    const arrivals = [1, 2].map((n) => ({ nodeId, seq: n, event: metrics(runIds[0]!, 1, 1, [n]) }))
    expect((await ingest(cluster.pool, arrivals)).acked.get(nodeId)).toBe(2)
    const journal = await count('Journal')
    expect(
      (await ingest(cluster.pool, [...arrivals, { nodeId, seq: 3, event: null }])).acked.get(nodeId),
    ).toBe(3)
    expect(await count('Journal')).toBe(journal)
  })

  test('[L14] a loss that is not finite parks that run with a decision, and its neighbour goes on', async () => {
    await cycle()
    await report(attempt(runIds[0]!, 1, 1, 'failed', 'non-finite'))
    expect(await run(runIds[0]!)).toMatchObject({ state: 'parked', stopReason: 'non-finite' })
    expect((await run(runIds[0]!)).stopDecisionId).not.toBeNull()
    expect(await run(runIds[1]!)).toMatchObject({ state: 'training' })
  })

  test('[L13] a run whose executor dies again and again from the same step is given up', async () => {
    for (let time = 1; time <= 4; time++) {
      await cycle()
      await report(attempt(runIds[0]!, time, time, 'failed', 'executor-died'))
      expect(await run(runIds[0]!)).toMatchObject({ state: time < 4 ? 'waiting' : 'failed' })
    }
  })

  test('[L9] a stop commits with its decision, and the slot is taken until the node has confirmed', async () => {
    await cycle()
    await cluster.wish('stop', `run:${runIds[0]}`)
    const { applyWishes } = await import('../../../server/db/wishes')
    await applyWishes(cluster.pool, 1000)
    expect(await run(runIds[0]!)).toMatchObject({ state: 'parked', stopReason: 'user' })
    const state = () => cluster.rows('SELECT "state"::text FROM "Attempt" WHERE "runId" = $1', [runIds[0]])
    expect(await state()).toEqual([{ state: 'ending' }])
    await report(attempt(runIds[0]!, 1, 1, 'parked', 'asked'))
    expect(await state()).toEqual([{ state: 'ended' }])
    expect(await run(runIds[0]!)).toMatchObject({ state: 'parked', stopReason: 'user' })
  })

  test('[L9] a run whose state could not be stored says so, and that it cannot be revived', async () => {
    await cycle()
    await report(attempt(runIds[0]!, 1, 1, 'started'))
    await report(metrics(runIds[0]!, 1, 1, [1]))
    await cluster.wish('stop', `run:${runIds[0]}`)
    const { applyWishes } = await import('../../../server/db/wishes')
    await applyWishes(cluster.pool, 1000)
    const message = 'The state of the run could not be written: no space left.'
    await report({ ...attempt(runIds[0]!, 1, 1, 'failed', 'error'), message } as DurableEvent)
    expect(await run(runIds[0]!)).toMatchObject({ state: 'parked', stopReason: 'user', error: message })
    const wish = await cluster.wish('revive', `run:${runIds[0]}`)
    await applyWishes(cluster.pool, 1000)
    expect(await cluster.rows('SELECT "refusal" FROM "Wish" WHERE "id" = $1', [wish])).toEqual([
      {
        refusal: `r01 cannot be revived, since nothing of it was stored: ${message} Clone it to train it again.`,
      },
    ])
  })
})

describe('nodes', () => {
  test('[L7] a node that is away keeps its work until its leases have run out', async () => {
    await cycle()
    expect((await renewNodes(cluster.pool, [nodeId], 60)).get(nodeId)!.map((one) => one.epoch)).toEqual([
      1, 1,
    ])
    await cluster.pool.query(
      `UPDATE "Node" SET "state" = 'disconnected', "lastSeenAt" = now() - interval '1 hour'`,
    )
    expect(await loseNodes(cluster.pool, 60)).toBe(false)
    await cluster.pool.query(
      `UPDATE "Lease" SET "expiresAt" = now() - interval '1 second' WHERE "nodeId" = $1`,
      [nodeId],
    )
    expect((await renewNodes(cluster.pool, [nodeId], 60)).size).toBe(0)
    expect(await loseNodes(cluster.pool, 60)).toBe(true)
    expect(await run(runIds[0]!)).toMatchObject({ state: 'waiting', epoch: 1 })
    expect(await cluster.rows('SELECT DISTINCT "state"::text FROM "Attempt"')).toEqual([{ state: 'lost' }])
  })
})

describe('journal', () => {
  test('[J1] a reader that saw an id has seen every lower one, however writers overlap', async () => {
    const { writeJournal } = await import('../../../server/db/journal')
    const writers = Array.from({ length: 8 }, (_, i) =>
      inTransaction(cluster.pool, async (client) => {
        await writeJournal(client, [
          { kind: 'test', data: { i } },
          { kind: 'test', data: { i } },
        ])
        await new Promise((resolve) => setTimeout(resolve, (i * 7) % 13))
      }),
    )
    const seen: number[] = []
    let running = true
    const reading = (async () => {
      while (running) {
        const rows = await readJournal(cluster.pool, seen.at(-1) ?? 0)
        seen.push(...rows.map((row) => row.id))
      }
    })()
    await Promise.all(writers)
    running = false
    await reading
    const rest = await readJournal(cluster.pool, seen.at(-1) ?? 0)
    expect(seen.length + rest.length).toBe(await count('Journal'))
  })

  test('[J4] old metric points leave the journal and stay in their table; decisions stay in both', async () => {
    await cycle()
    await report(attempt(runIds[0]!, 1, 1, 'started'), metrics(runIds[0]!, 1, 1, [1, 2]))
    await cluster.pool.query(`UPDATE "Journal" SET "at" = now() - interval '1 hour'`)
    await report(metrics(runIds[0]!, 1, 1, [3]))
    const before = await readJournal(cluster.pool, 0)
    await trimJournal(cluster.pool, 600)
    const after = await readJournal(cluster.pool, 0)
    expect(after.filter((row) => row.kind === 'metrics').length).toBe(1)
    expect(after.filter((row) => row.kind !== 'metrics')).toEqual(
      before.filter((row) => row.kind !== 'metrics'),
    )
    expect(await count('Metric')).toBe(3)
  })
})
