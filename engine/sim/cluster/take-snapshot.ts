import { expectedShare } from '../../estimate/expected-share'
import { remainingSeconds } from '../../estimate/remaining'
import type { Interval } from '../../model/cluster'
import type { ExecutorView, GpuLease, SweepWork, TuningSnapshot } from '../../model/snapshot'
import type { SweepView } from '../../model/tuning'
import { ClusterWorld, type SimExecutor, type SimSweep } from './cluster-world'

/** Early exit of the simulation, as forecasts need to know it. */
export interface ExitSetting {
  name: string
  budget?: number
}

/** Snapshots of the simulated cluster; a sweep is described anew only after it changed. */
export class SnapshotTaker {
  private readonly described = new Map<SimSweep, SweepWork>()
  private readonly forecasts = new Map<SimSweep, Interval>()
  private readonly outdated: Set<SimSweep>
  private version = 0
  private leaseVersion = -1
  private leaseList: readonly GpuLease[] = []
  /** An executor is described anew when who is in it has changed. */
  private readonly executors = new WeakMap<SimExecutor, { version: number; view: ExecutorView }>()

  constructor(
    private readonly world: ClusterWorld,
    private readonly exit: ExitSetting,
    private readonly maxSlots: number,
  ) {
    this.outdated = new Set(world.sweeps.values())
  }

  /** Says that runs or executors of the sweep changed. */
  forget(sweep: SimSweep): void {
    this.described.delete(sweep)
    this.outdated.add(sweep)
  }

  /** @param forecast whether sweeps that changed get a new forecast */
  take(now: number, forecast: boolean): TuningSnapshot {
    const { world } = this
    this.version += 1
    const sweeps: SweepWork[] = []
    for (const sweep of world.sweeps.values()) {
      if (sweep.state !== 'waiting' && sweep.state !== 'running') continue
      let work = this.described.get(sweep)
      if (forecast && this.outdated.delete(sweep)) {
        this.forecasts.set(sweep, this.remaining(sweep))
        work = undefined
      }
      if (work === undefined) {
        work = this.describe(sweep)
        this.described.set(sweep, work)
      }
      sweeps.push(work)
    }
    return {
      version: this.version,
      now,
      nodes: world.nodes,
      sweeps,
      executors: [...world.executors.values()].map((executor) => this.executor(executor, now)),
      leases: this.leases(),
      shares: [],
    }
  }

  private executor(executor: SimExecutor, now: number): ExecutorView {
    const state = executor.readyAt > now ? 'starting' : 'ready'
    const known = this.executors.get(executor)
    if (known && known.version === executor.version && known.view.state === state) return known.view
    const view: ExecutorView = {
      id: executor.id,
      sweepId: executor.sweep.trace.id,
      baseModel: executor.sweep.trace.model,
      gpuIds: executor.gpuIds,
      state,
      slots: executor.slots,
      maxLength: executor.maxLength,
      step: this.world.trace.models[executor.sweep.trace.model],
      runIds: [...executor.runs].map((run) => run.trace.id),
    }
    this.executors.set(executor, { version: executor.version, view })
    return view
  }

  private leases(): readonly GpuLease[] {
    if (this.leaseVersion !== this.world.leaseVersion) {
      this.leaseVersion = this.world.leaseVersion
      this.leaseList = [...this.world.leases]
        .map(([gpuId, sweep]): GpuLease => {
          const holder = { kind: 'sweep' as const, id: sweep.trace.id }
          return { gpuId, holder, epoch: 1, expiresAt: Number.POSITIVE_INFINITY }
        })
        .sort((a, b) => (a.gpuId < b.gpuId ? -1 : 1))
    }
    return this.leaseList
  }

  /** Expected seconds until the sweep ends on its gang. */
  remaining(sweep: SimSweep): Interval {
    const { trace } = sweep
    const model = this.world.trace.models[trace.model]!
    const live = sweep.runs.filter((run) => run.state === 'waiting' || run.state === 'training')
    const executors = Math.max(1, Math.floor(trace.gpus / model.gpusPerExecutor))
    return remainingSeconds({
      live: live.map((run) => ({
        samples: ClusterWorld.samplesOf(run),
        fullSamples: run.trace.fullSamples,
        batchSize: run.trace.params.batch_size,
      })),
      samplesUsed: sweep.runs.reduce((sum, run) => sum + ClusterWorld.samplesOf(run), 0),
      samplesFull: sweep.runs.reduce((sum, run) => sum + run.trace.fullSamples, 0),
      share: expectedShare(this.exit.name, this.exit.budget),
      slots: this.maxSlots * executors,
      executors,
      gpusPerExecutor: model.gpusPerExecutor,
      maxLength: trace.maxLength,
      step: model,
    })
  }

  private describe(sweep: SimSweep): SweepWork {
    const { trace } = sweep
    const model = this.world.trace.models[trace.model]!
    const view: SweepView = {
      id: trace.id,
      runs: sweep.runs.map((run) => run.view),
      slots: 0,
      trainSamples: trace.trainSamples,
      epochs: trace.epochs,
      evaluationsPerRun: trace.evaluations,
      schedule: 'constant',
      seed: trace.seed,
    }
    return {
      id: trace.id,
      name: trace.id,
      projectId: trace.project,
      state: sweep.state === 'running' ? 'running' : 'waiting',
      priority: trace.priority,
      submittedAt: trace.arrival,
      deadline: trace.deadline,
      baseModel: trace.model,
      gpus: trace.gpus,
      spread: trace.spread,
      gpusPerExecutor: model.gpusPerExecutor,
      maxLength: trace.maxLength,
      memory: model.memory,
      view,
      work: sweep.runs.map((run) => run.work),
      remaining: this.forecasts.get(sweep),
      moveSeconds: this.world.trace.moveSeconds,
    }
  }
}
