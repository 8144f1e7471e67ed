import { nanoid } from 'nanoid'
import { sweepSpec } from '@/contracts/sweep-spec'
import { random } from '@/engine/random'
import type { Configuration } from '@/engine/search/space'
import type { Database } from '@/server/db/client'
import { expandSpec } from '@/server/sweeps/expand-spec'
import { type Fate, seedCurve } from './curve'
import { forecastHistory } from './forecast-history'
import { startsAndKeeps } from './starts-and-keeps'
import { type StoredRun, stopDecision } from './stop-decision'

export interface SeedSweep {
  projectId: string
  userId: string
  nodeId: string
  gpuIds: string[]
  name: string
  startedAt: Date
  now: Date
  /** Share of the training that the best runs have done; 1 ends the sweep. */
  progress: number
  learningRates: number[]
  ranks: number[]
  batchSizes: number[]
  pointsPerRun: number
  seed: number
}

const TRAIN_SAMPLES = 3_000
const EPOCHS = 3
const EVALUATIONS = 20
/** Successive cuts: at this share of its samples a run is compared, and so many of all go on. */
const RUNGS = [
  { share: 0.1, keep: 0.7 },
  { share: 0.2, keep: 0.45 },
  { share: 0.4, keep: 0.3 },
]

function fateOf(config: Configuration, seed: number): Fate {
  const heat = config.learning_rate * Math.sqrt(config.rank)
  if (heat > 1.5e-2) return 'non-finite'
  if (heat > 7e-3) return 'diverged'
  return config.rank >= 64 && random(seed).next() < 0.5 ? 'overfitting' : 'healthy'
}

/** A sweep with curves, stops of several kinds with their peers, attempts and placements. All of it is invented. */
export async function seedSweep(db: Database, sweep: SeedSweep): Promise<string> {
  const { prisma } = db
  const spec = sweepSpec.parse({
    name: sweep.name,
    model: 'builtin/tiny-llama',
    dataset: 'builtin/sql',
    parameters: {
      learning_rate: { values: sweep.learningRates },
      rank: { values: sweep.ranks },
      batch_size: { values: sweep.batchSizes },
    },
    epochs: EPOCHS,
    evaluations: EVALUATIONS,
    early_exit: { policy: 'adaptive' },
    gpus: sweep.gpuIds.length,
  })
  const id = nanoid(12)
  const done = sweep.progress >= 1
  const spanMs = sweep.now.getTime() - sweep.startedAt.getTime()
  await prisma.job.create({
    data: {
      id,
      projectId: sweep.projectId,
      kind: 'sweep',
      name: sweep.name,
      state: done ? 'done' : 'running',
      gpus: sweep.gpuIds.length,
      createdById: sweep.userId,
      createdAt: new Date(sweep.startedAt.getTime() - 40_000),
      startedAt: sweep.startedAt,
      endedAt: done ? sweep.now : null,
      sweep: {
        create: {
          spec: spec as object,
          model: spec.model,
          dataset: spec.dataset,
          method: 'grid',
          trainSamples: TRAIN_SAMPLES,
          validationSamples: 333,
          epochs: EPOCHS,
          evaluations: EVALUATIONS,
          forecast: done ? undefined : { p10: 1500, p50: 1920, p90: 2700 },
          forecastAt: done ? null : sweep.now,
        },
      },
    },
  })
  const runs = plannedRuns(expandSpec(spec), sweep)
  await store(db, id, runs, sweep, spanMs)
  await prisma.placement.create({
    data: {
      jobId: id,
      nodeId: sweep.nodeId,
      gpuIds: sweep.gpuIds,
      epoch: 1,
      why: { rule: 'P1', message: `${sweep.name} needs ${sweep.gpuIds.length} GPUs, and these were free.` },
      startedAt: sweep.startedAt,
      endedAt: done ? sweep.now : null,
    },
  })
  await forecastHistory(db, {
    id,
    startedAt: sweep.startedAt,
    until: sweep.now,
    end: done ? sweep.now : new Date(sweep.now.getTime() + 1_920_000),
    seed: sweep.seed,
  })
  return id
}

/** Who is stopped where: broken runs early, the worse part at each rung. */
function plannedRuns(configs: Configuration[], sweep: SeedSweep): StoredRun[] {
  const runs = configs.map((config, index): StoredRun => {
    const totalSteps = Math.ceil((EPOCHS * TRAIN_SAMPLES) / config.batch_size)
    const seed = sweep.seed * 1000 + index
    const shape = {
      learningRate: config.learning_rate,
      rank: config.rank,
      batchSize: config.batch_size,
      totalSteps,
    }
    const fate = fateOf(config, seed)
    const curve = seedCurve(shape, fate, sweep.pointsPerRun, EVALUATIONS, seed)
    return {
      id: nanoid(12),
      number: index + 1,
      config,
      totalSteps,
      fate,
      curve,
      reached: sweep.progress,
      stop: null,
    }
  })
  const stopAt = (
    run: StoredRun,
    share: number,
    reason: NonNullable<StoredRun['stop']>['reason'],
    rung: number,
  ) => {
    run.stop = { reason, rung, share }
    run.reached = share
  }
  for (const run of runs) {
    if (run.fate === 'non-finite') stopAt(run, 0.15, 'non-finite', 0)
    if (run.fate === 'diverged') stopAt(run, 0.2, 'diverged', 0)
    if (run.fate === 'overfitting' && sweep.progress > 0.6) stopAt(run, 0.6, 'overfitting', 0)
  }
  RUNGS.forEach(({ share, keep }, index) => {
    if (share >= sweep.progress) return
    const alive = runs.filter((run) => run.reached > share)
    const ranked = [...alive].sort((a, b) => lossAt(a, share) - lossAt(b, share))
    const kept = Math.max(1, Math.round(runs.length * keep))
    for (const run of ranked.slice(kept)) stopAt(run, share, 'underperforming', index + 1)
  })
  const plain = runs.filter((run) => !run.stop)
  if (plain.length > 3) stopAt(plain[plain.length - 1]!, Math.min(0.5, sweep.progress), 'plateau', 0)
  if (plain.length > 4) stopAt(plain[plain.length - 2]!, Math.min(0.45, sweep.progress), 'user', 0)
  return runs
}

export function lossAt(run: StoredRun, share: number): number {
  const upTo = run.curve.evals.slice(0, Math.max(1, Math.round(share * EVALUATIONS)))
  return Math.min(...upTo.map((point) => point.valLoss ?? Number.POSITIVE_INFINITY))
}

async function store(
  db: Database,
  sweepId: string,
  runs: StoredRun[],
  sweep: SeedSweep,
  spanMs: number,
): Promise<void> {
  const { prisma } = db
  // One executor a GPU, with as many slots as make 16 in all.
  const slots = Math.max(1, Math.round(16 / sweep.gpuIds.length))
  const executorIds = sweep.gpuIds.map((_, index) => `${sweepId}/x${index + 1}`)
  const executorOf = (run: StoredRun) => executorIds[(run.number - 1) % executorIds.length]!
  await prisma.executor.createMany({
    data: executorIds.map((executorId, index) => ({
      id: executorId,
      nodeId: sweep.nodeId,
      jobId: sweepId,
      model: 'builtin/tiny-llama',
      gpuIds: [sweep.gpuIds[index]!],
      slots,
      maxLength: 512,
      state: sweep.progress >= 1 ? 'ended' : 'ready',
      stepMs: 84,
      startedAt: sweep.startedAt,
    })),
  })
  const timeOf = (share: number) =>
    new Date(sweep.startedAt.getTime() + spanMs * Math.min(1, share / Math.max(sweep.progress, 1e-9)))
  for (const run of runs) {
    const evals = run.curve.evals.slice(0, Math.max(1, Math.floor(run.reached * EVALUATIONS + 1e-9)))
    const train = run.curve.train.slice(0, Math.max(1, Math.floor(run.reached * run.curve.train.length)))
    const best = evals.reduce((a, b) => ((b.valLoss ?? Infinity) < (a.valLoss ?? Infinity) ? b : a))
    const last = train[train.length - 1]!
    const ended = run.stop !== null || run.reached >= 1
    await prisma.run.create({
      data: {
        id: run.id,
        sweepId,
        number: run.number,
        params: run.config as object,
        state: run.stop ? 'parked' : run.reached >= 1 ? 'done' : 'training',
        stopReason: run.stop?.reason ?? null,
        totalSteps: run.totalSteps,
        fullSamples: run.totalSteps * run.config.batch_size,
        step: last.step,
        samples: last.samples,
        bestValLoss: best.valLoss,
        bestStep: best.valLoss === null ? null : best.step,
        lastValLoss: evals[evals.length - 1]!.valLoss,
        lastTrainLoss: last.value,
        pinned: run.number === 12,
        epoch: 1,
        parkedUntil: run.stop ? new Date(sweep.now.getTime() + 14 * 86_400_000) : null,
        createdAt: sweep.startedAt,
        startedAt: sweep.startedAt,
        endedAt: ended ? timeOf(run.reached) : null,
        attempts: {
          create: {
            number: 1,
            epoch: 1,
            nodeId: sweep.nodeId,
            executorId: executorOf(run),
            state: ended ? 'ended' : 'running',
            startedAt: sweep.startedAt,
            endedAt: ended ? timeOf(run.reached) : null,
          },
        },
      },
    })
    const at = (step: number) => timeOf(step / run.totalSteps)
    await prisma.metric.createMany({
      data: [
        ...train.map((point) => ({
          name: 'train_loss',
          step: point.step,
          samples: point.samples,
          value: point.value,
        })),
        ...evals.map((point) => ({
          name: 'val_loss',
          step: point.step,
          samples: point.samples,
          value: point.valLoss,
        })),
        ...evals.map((point) => ({
          name: 'eval_train_loss',
          step: point.step,
          samples: point.samples,
          value: point.trainLoss,
        })),
      ].map((point) => ({ ...point, runId: run.id, attempt: 1, at: at(point.step) })),
      skipDuplicates: true,
    })
  }
  await startsAndKeeps(db, {
    sweepId,
    nodeId: sweep.nodeId,
    executorOf,
    slots,
    runs,
    rungs: RUNGS.map(({ share }) => share),
    startedAt: sweep.startedAt,
    timeOf,
    lossAt,
  })
  for (const run of runs.filter((one) => one.stop).sort((a, b) => a.reached - b.reached))
    await stopDecision(db, { sweepId, userId: sweep.userId, run, runs, at: timeOf(run.reached) })
}
