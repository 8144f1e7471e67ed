import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Principal } from '@/server/auth/principal'
import { applyWishes } from '@/server/db/wishes'
import { insertSweep } from '@/server/sweeps/insert-sweep'
import { parseSpec } from '@/server/sweeps/parse-spec'
import { startWeb, type TestWeb } from '../../support/web'

describe('what the pages ask and show about a waiting sweep', () => {
  let web: TestWeb
  let editor: Principal
  let id: string

  beforeAll(async () => {
    web = await startWeb()
    editor = await web.person('editor')
    const { spec } = parseSpec({
      name: 'waits',
      model: 'builtin/tiny-llama',
      dataset: 'builtin/sql',
      parameters: {},
      gpus: 8,
    })
    const made = await insertSweep({
      projectId: web.projectId,
      spec: spec!,
      dataset: 'builtin/sql',
      createdById: editor.userId,
      trainSamples: 10,
      validationSamples: 2,
    })
    id = made.id
  })
  afterAll(() => web.stop())

  it('asks for fewer GPUs and another priority: row and file say the same', async () => {
    await web.caller(editor).sweep.change({ id, gpus: 4, priority: 3 })
    await applyWishes(web.db.pool, 1000)
    const job = await web.db.prisma.job.findUniqueOrThrow({ where: { id }, include: { sweep: true } })
    expect([job.gpus, job.priority, job.sweep?.spec]).toMatchObject([4, 3, { gpus: 4 }])
  })

  it('shows its planned gang on the timeline, after now and with its reason', async () => {
    const soon = Math.floor(Date.now() / 1000) + 600
    const interval = (by: number) => ({ p10: soon + by, p50: soon + by + 60, p90: soon + by + 300 })
    await web.db.prisma.job.update({
      where: { id },
      data: { hold: { reasons: [{ code: 'gpus', message: 'Needs 4 GPUs.', requested: 4, available: 0 }] } },
    })
    await web.db.prisma.cluster.updateMany({
      data: { planned: [{ sweepId: id, gpuIds: ['n0/0'], start: interval(0), end: interval(900) }] },
    })
    const { planned } = await web
      .caller(editor)
      .cluster.timeline({ from: new Date((soon - 3600) * 1000), to: new Date(soon * 1000) })
    expect(planned).toMatchObject([
      { jobId: id, jobName: 'waits', gpuIds: ['n0/0'], runs: false, why: 'Needs 4 GPUs.' },
    ])
    expect(planned[0]!.start.p50).toEqual(new Date((soon + 60) * 1000))
  })

  it('once it runs, the number of its GPUs is settled: the wish is refused with a sentence', async () => {
    await web.db.prisma.job.update({ where: { id }, data: { state: 'running' } })
    const { wishIds } = await web.caller(editor).sweep.change({ id, gpus: 2 })
    await applyWishes(web.db.pool, 1000)
    const wish = await web.db.prisma.wish.findUniqueOrThrow({ where: { id: wishIds[0]! } })
    expect(wish.refusal).toBe('This sweep does not wait any more: its GPUs are granted.')
    expect((await web.db.prisma.job.findUniqueOrThrow({ where: { id } })).gpus).toBe(4)
  })

  it('names no price of reviving before anything was measured, then the measured one', async () => {
    const run = await web.db.prisma.run.findFirstOrThrow({ where: { sweepId: id } })
    expect(await web.caller(editor).run.revivePrice({ id: run.id })).toBeNull()
    await web.db.prisma.run.update({ where: { id: run.id }, data: { samples: 100, fullSamples: 400 } })
    const node = await web.db.prisma.node.create({
      data: {
        name: 'n0',
        cluster: { connect: { name: 'main' } },
        agentVersion: '0',
        cpuCores: 2,
        memoryBytes: 1n,
        lastSeenAt: new Date(),
      },
    })
    const startedAt = new Date(Date.now() - 3600_000)
    await web.db.prisma.attempt.create({
      data: {
        runId: run.id,
        number: 1,
        epoch: 1,
        nodeId: node.id,
        executorId: 'x1',
        state: 'ended',
        startedAt,
        endedAt: new Date(startedAt.getTime() + 50_000),
      },
    })
    const price = await web.caller(editor).run.revivePrice({ id: run.id })
    expect(price).toMatchObject({ seconds: 150, measuredOn: 'run', end: null })
  })
})
