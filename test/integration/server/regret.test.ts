import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DurableEvent } from '@/contracts/agent-events'
import { decideTuning } from '@/engine/decide'
import type { Plan } from '@/engine/model/plan'
import { applyPlan } from '@/server/db/apply-plan'
import { ingest } from '@/server/db/ingest'
import { loadSnapshot } from '@/server/db/snapshot'
import { storeForecasts } from '@/server/db/snapshot-forecast'
import { submitSweep } from '@/server/sweeps/submit-sweep'
import { KEEP_ALL } from '../../builders/tuning-snapshot'
import { startWeb, type TestWeb } from '../../support/web'

describe('an audited stop', () => {
  let web: TestWeb
  let seq = 0
  beforeAll(async () => {
    web = await startWeb()
  })
  afterAll(() => web.stop())

  const apply = (plan: Plan, over: readonly string[]) =>
    applyPlan(web.db.pool, plan, over, {
      leaseSeconds: 120,
      parkedSeconds: 1000,
      sentence: () => 'It was behind.',
    })
  const cycle = async (over: readonly string[] = []) => {
    const { tuning } = await loadSnapshot(web.db.pool)
    await apply(decideTuning(tuning, KEEP_ALL, tuning.now), over)
  }
  const report = (...events: DurableEvent[]) =>
    ingest(
      web.db.pool,
      events.map((event) => ({ nodeId: 'n0', seq: ++seq, event })),
    )
  const at = () => new Date().toISOString()
  const evaluation = (runId: string, step: number, valLoss: number): DurableEvent => ({
    kind: 'evaluation',
    runId,
    attempt: 1,
    epoch: 1,
    token: 'attempt_t',
    at: at(),
    step,
    samples: 2 * step,
    trainLoss: valLoss,
    valLoss,
    seconds: 1,
    tokens: 1,
  })
  const attempt = (runId: string, state: 'started' | 'done', step: number): DurableEvent => ({
    kind: 'attempt',
    runId,
    attempt: 1,
    epoch: 1,
    token: 'attempt_t',
    at: at(),
    state,
    step,
    samples: 2 * step,
    reason: null,
    message: null,
    facts: null,
    admission: null,
  })

  it('[E74] [E72] goes on quietly, counts as stopped to its sweep, and its win is reported', async () => {
    const { pool } = web.db
    const person = await web.person('admin')
    await pool.query(
      `INSERT INTO "Node" ("id", "clusterId", "name", "agentVersion", "cpuCores", "memoryBytes", "lastSeenAt")
       SELECT 'n0', "id", 'n0', '0', 2, 1000, now() FROM "Cluster" LIMIT 1`,
    )
    await pool.query(
      `INSERT INTO "Gpu" ("id", "nodeId", "index", "kind", "name", "memoryBytes") VALUES ('n0/0', 'n0', 0, 'cpu', 'CPU', 1000)`,
    )
    const made = await submitSweep(
      {
        name: 'regret',
        model: 'builtin/tiny-llama',
        dataset: 'builtin/sql',
        parameters: { learning_rate: { values: [1e-3, 1e-2] }, rank: 4, batch_size: 2 },
        max_steps: 10,
        early_exit: { policy: 'none' },
        audit: 1,
        deadline: '2033-05-18T03:33:20Z',
      },
      { projectId: web.projectId, userId: person.userId, renameIfTaken: false, facts: false },
    )
    if (!made.accepted) throw new Error('It was refused.')
    await cycle()
    const [a, b] = (await web.db.prisma.run.findMany({ orderBy: { number: 'asc' } })).map(({ id }) => id)
    await report(attempt(a!, 'started', 0), attempt(b!, 'started', 0))
    await report(evaluation(a!, 2, 3), evaluation(b!, 2, 2))
    const [executor] = (await loadSnapshot(pool)).tuning.executors
    const executorReady: DurableEvent = {
      kind: 'executor',
      executorId: executor!.id,
      at: at(),
      state: 'ready',
      message: null,
      fault: null,
      backboneBytes: 7,
      stepMs: 8,
      slotsBusy: 2,
      tokensPerSecond: null,
      memory: { backboneBytes: 7, bytesPerRank: 1, bytesPerToken: 0, bytesPerLogit: 0, vocabulary: 5 },
    }
    const { version } = (await loadSnapshot(pool)).tuning
    const exit = {
      kind: 'stop' as const,
      runId: a!,
      rule: 'E63',
      reason: 'underperforming' as const,
      atSamples: 4,
      observed: 3,
      threshold: 2,
      peers: [],
      savedSamples: 16,
    }
    const why = { rule: 'E63', message: 'Behind.' }
    await apply(
      {
        version,
        actions: [
          {
            kind: 'stop',
            subject: 'run',
            runId: a!,
            reason: 'underperforming',
            exit,
            audited: 'goes-on',
            why,
          },
        ],
        kept: [],
        planned: [],
      },
      [],
    )
    await report(evaluation(a!, 6, 1), executorReady)

    const { tuning } = await loadSnapshot(pool)
    const [sweep] = tuning.sweeps
    expect(sweep).toMatchObject({ auditShare: 1, deadline: 2_000_000_000, memory: { backboneBytes: 7 } })
    expect(sweep!.moveSeconds).toBeGreaterThanOrEqual(0)
    // 8 ms of which half is fixed; two runs train 2 rows of 512 tokens each.
    expect(tuning.executors[0]!.step).toEqual({ baseSeconds: 0.004, secondsPerToken: 0.004 / 2048 })
    expect(sweep!.view.runs.find(({ id }) => id === a)).toMatchObject({
      state: 'parked',
      stopReason: 'underperforming',
      audited: true,
      points: [{ step: 2, valLoss: 3 }],
    })
    expect(sweep!.work.find(({ runId }) => runId === a)).toMatchObject({ audit: 'training' })
    await cycle()
    expect(await web.db.prisma.attempt.count({ where: { state: 'running' } })).toBe(2)

    const middle = await web.caller(person).regret.report()
    expect(middle.stops).toMatchObject([
      {
        runId: a,
        rule: 'E63',
        atSamples: 4,
        bestLossAtStop: 3,
        bestLoss: 1,
        bestFound: 2,
        state: 'training',
      },
    ])
    expect(middle.stops[0]!.verdict).toBe('won')
    const decision = await web.db.prisma.decision.findFirstOrThrow({ where: { runId: a!, kind: 'stop' } })
    expect(decision.sentence).toBe('Would stop, and goes on quietly for the audit: It was behind.')

    await storeForecasts(pool, [{ sweepId: made.id, remaining: { p10: 0, p50: 60, p90: 600 } }])
    await report(attempt(b!, 'done', 10), attempt(a!, 'done', 10))
    await cycle([made.id])
    const { pooled, stops } = await web.caller(person).regret.report()
    expect(pooled).toMatchObject({ audited: 1, won: 1, pending: 0, share: 1, worstExcess: 1 })
    expect(stops[0]).toMatchObject({ state: 'complete', reason: 'underperforming' })

    const { sweeps, calibration } = await web.caller(person).forecasts.list()
    expect(sweeps[0]).toMatchObject({ id: made.id, state: 'done', end: null, history: [{}] })
    const { madeAt, end } = sweeps[0]!.history[0]!
    expect(end.p90.getTime() - madeAt.getTime()).toBe(600_000)
    expect(calibration).toMatchObject({ count: 1, inside: 1, early: 1 })
    const stranger = web.caller(await web.person('viewer', await web.project('Elsewhere')))
    expect((await stranger.regret.report()).stops).toEqual([])
    expect((await stranger.forecasts.list()).sweeps).toEqual([])
  })
})
