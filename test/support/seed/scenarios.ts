import type { Database } from '@/server/db/client'
import { seedAccount } from './account'
import { auditedStops } from './audited-stops'
import { seedDeployment } from './deployment'
import { seedNodes } from './nodes'
import { seedSweep } from './sweep'
import { insertSweepSpec } from './waiting-sweep'

interface Scenario {
  summary: string
  run(db: Database, now: Date): Promise<void>
}

const HOUR_MS = 3600_000
const grid36 = { learningRates: [5e-5, 2e-4, 5e-4, 2e-3], ranks: [4, 16, 64], batchSizes: [1, 4, 8] }

async function base(db: Database, now: Date) {
  const account = await seedAccount(db)
  const nodes = await seedNodes(db, { nodes: 2, gpusPerNode: 4, now, hours: 3 })
  return { ...account, nodes }
}

async function journalStart(db: Database): Promise<void> {
  await db.prisma.journal.create({ data: { kind: 'seed', data: { note: 'invented data' } } })
}

async function runningSweep(db: Database, now: Date): Promise<void> {
  const { userId, projectId, nodes } = await base(db, now)
  const on = (node: number, count: number) => ({
    nodeId: nodes[node]!.nodeId,
    gpuIds: nodes[node]!.gpuIds.slice(0, count),
  })
  const shared = { projectId, userId, pointsPerRun: 400 }
  const ago = (hours: number) => new Date(now.getTime() - hours * HOUR_MS)
  const first = await seedSweep(db, {
    ...shared,
    ...on(0, 2),
    ...grid36,
    name: 'arithmetic-first',
    startedAt: ago(6),
    now: ago(5),
    progress: 1,
    seed: 1,
  })
  await auditedStops(db, first, 6)
  const second = await seedSweep(db, {
    ...shared,
    ...on(1, 4),
    ...grid36,
    ranks: [8, 32],
    name: 'tools-rank',
    startedAt: ago(3),
    now: ago(1.2),
    progress: 1,
    seed: 2,
  })
  await auditedStops(db, second, 5)
  await seedSweep(db, {
    ...shared,
    ...on(0, 4),
    ...grid36,
    name: 'sql-rank-grid',
    startedAt: ago(0.8),
    now,
    progress: 0.62,
    seed: 3,
  })
  const waitingId = await insertSweepSpec(db, {
    projectId,
    userId,
    name: 'law-summary',
    now,
    hold: {
      reasons: [
        {
          code: 'gpus-busy',
          message:
            'Needs 8 GPUs: 4 are free, and sql-rank-grid is the first to give 4 back, about 32 min from now.',
          requested: 8,
          available: 4,
        },
      ],
      expectedStart: {
        p10: now.getTime() / 1000 + 1500,
        p50: now.getTime() / 1000 + 1920,
        p90: now.getTime() / 1000 + 2700,
      },
      unblock: { action: 'ask-gpus', target: '4', effect: 'starts now and takes up to 2.0 times as long' },
    },
  })
  const after = (p10: number, p50: number, p90: number) => ({
    p10: now.getTime() / 1000 + p10,
    p50: now.getTime() / 1000 + p50,
    p90: now.getTime() / 1000 + p90,
  })
  await db.prisma.cluster.updateMany({
    data: {
      planned: [
        {
          sweepId: waitingId,
          gpuIds: nodes.flatMap((node) => node.gpuIds),
          start: after(1500, 1920, 2700),
          end: after(4200, 5100, 7000),
        },
      ],
    },
  })
  await journalStart(db)
}

export const SCENARIOS: Record<string, Scenario> = {
  account: {
    summary: 'an account to sign in with, beside what is really there',
    async run(db) {
      await seedAccount(db)
    },
  },
  'first-day': {
    summary: 'an account and one node, nothing submitted yet',
    async run(db, now) {
      await seedAccount(db)
      await seedNodes(db, { nodes: 1, gpusPerNode: 1, now, hours: 0.2 })
      await journalStart(db)
    },
  },
  'running-sweep': {
    summary: 'a sweep of 36 runs at 62% with stops of all kinds, one that waits, two that have ended',
    run: runningSweep,
  },
  'large-sweep': {
    summary: '100 runs with 2,000 points each',
    async run(db, now) {
      const { userId, projectId, nodes } = await base(db, now)
      await seedSweep(db, {
        ...{ projectId, userId, nodeId: nodes[0]!.nodeId, gpuIds: nodes[0]!.gpuIds, now, seed: 4 },
        name: 'large-grid',
        startedAt: new Date(now.getTime() - 2 * HOUR_MS),
        progress: 0.999,
        pointsPerRun: 2_000,
        learningRates: [1e-4, 2e-4, 3e-4, 5e-4, 8e-4],
        ranks: [4, 8, 16, 32],
        batchSizes: [1, 2, 4, 8, 16],
      })
      await journalStart(db)
    },
  },
  'busy-deployment': {
    summary: 'two models on eight GPUs with three hours of requests, some of them late',
    async run(db, now) {
      const account = await seedAccount(db)
      const nodes = await seedNodes(db, { nodes: 1, gpusPerNode: 8, now, hours: 1 })
      await seedDeployment(db, { ...account, gpuIds: nodes[0]!.gpuIds, now, hours: 3, load: 0.86 })
      await journalStart(db)
    },
  },
}
