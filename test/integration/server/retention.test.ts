import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { thinMetrics, trimAudit } from '@/server/db/retention'
import { insertSweep } from '@/server/sweeps/insert-sweep'
import { parseSpec } from '@/server/sweeps/parse-spec'
import { startWeb, type TestWeb } from '../../support/web'

const POINTS = 5_000

describe('retention', () => {
  let web: TestWeb
  beforeAll(async () => {
    web = await startWeb()
  })
  afterAll(() => web.stop())

  /** A sweep of one run that ended some days ago, with a spike in the middle of its curve. */
  async function sweep(name: string, endedDays: number): Promise<string> {
    const { spec } = parseSpec({
      name,
      model: 'builtin/tiny-llama',
      dataset: 'builtin/sql',
      parameters: {},
    })
    const { id } = await insertSweep({
      projectId: web.projectId,
      spec: spec!,
      dataset: 'builtin/sql',
      createdById: (await web.person('editor')).userId,
      trainSamples: 10,
      validationSamples: 2,
    })
    await web.db.pool.query(
      `UPDATE "Job" SET "endedAt" = now() - make_interval(days => $2) WHERE "id" = $1`,
      [id, endedDays],
    )
    const run = await web.db.prisma.run.findFirstOrThrow({ where: { sweepId: id } })
    await web.db.pool.query(
      `INSERT INTO "Metric" SELECT $1, 1, n, s, s * 4, CASE WHEN s = 2500 THEN 99 ELSE 3.0 / (1 + s) END, now()
       FROM generate_series(1, $2) s, unnest(ARRAY['train_loss', 'val_loss']) n`,
      [run.id, POINTS],
    )
    return run.id
  }
  const steps = async (runId: string, name: string) =>
    (
      await web.db.prisma.metric.findMany({
        where: { runId, name },
        orderBy: { step: 'asc' },
        select: { step: true },
      })
    ).map(({ step }) => step)

  it('thins old training curves, keeping ends and spikes, and leaves evaluations and young sweeps whole', async () => {
    const [old, young] = [await sweep('old', 40), await sweep('young', 3)]
    const deleted = await thinMetrics(web.db.pool, { fullDays: 30, keptPoints: 200 })
    const left = await steps(old, 'train_loss')
    expect(left.length).toBeLessThanOrEqual(200)
    expect(left.length).toBeGreaterThan(100)
    expect(deleted).toBe(POINTS - left.length)
    expect([left[0], left.at(-1)]).toEqual([1, POINTS])
    expect(left).toContain(2500)
    expect(await steps(old, 'val_loss')).toHaveLength(POINTS)
    expect(await steps(young, 'train_loss')).toHaveLength(POINTS)
    expect(await thinMetrics(web.db.pool, { fullDays: 30, keptPoints: 200 })).toBe(0)
    expect(await thinMetrics(web.db.pool, { fullDays: 0, keptPoints: 200 })).toBe(0)
  })

  it('keeps the audit log for as long as it should', async () => {
    const { auditEntry } = web.db.prisma
    await auditEntry.deleteMany()
    const day = 24 * 3600_000
    await auditEntry.create({ data: { action: 'old', at: new Date(Date.now() - 400 * day) } })
    await auditEntry.create({ data: { action: 'young' } })
    await trimAudit(web.db.pool, 0)
    expect(await auditEntry.count()).toBe(2)
    await trimAudit(web.db.pool, 365)
    expect((await auditEntry.findMany()).map((entry) => entry.action)).toEqual(['young'])
  })
})
