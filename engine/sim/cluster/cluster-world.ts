import { stepSeconds } from '../../estimate/step-seconds'
import type { NodeView } from '../../model/cluster'
import type { StopReason } from '../../model/reasons'
import type { RunWork } from '../../model/snapshot'
import type { RunState } from '../../model/states'
import type { RunView } from '../../model/tuning'
import type { ClusterTrace, TraceRun, TraceSweep } from './cluster-trace'

export interface SimRun {
  trace: TraceRun
  sweep: SimSweep
  state: RunState
  stopReason?: StopReason
  /** Optimizer steps done; a fraction while a step runs. */
  steps: number
  /** Evaluations done: the policy sees so many points. */
  seen: number
  passedRung: number
  /** It trains beyond the budget of its sweep, in a slot that nobody else wants. */
  onSpare: boolean
  executor: SimExecutor | null
  view: RunView
  work: RunWork
}

export interface SimSweep {
  trace: TraceSweep
  state: 'coming' | 'waiting' | 'running' | 'done'
  runs: SimRun[]
  executors: Set<SimExecutor>
  gpuIds: string[]
  startedAt: number | null
  endedAt: number | null
  /** Its runs must be restored before they train: it was parked. */
  moved: boolean
  /** A run of it waits for a slot, not only for its peers. */
  hungry: boolean
}

export interface SimExecutor {
  id: string
  sweep: SimSweep
  gpuIds: readonly string[]
  slots: number
  maxLength: number
  runs: Set<SimRun>
  readyAt: number
  /** Progress of its runs is known up to this instant. */
  since: number
  stepSeconds: number
  /** Grows with every change of who is in it, so that events of the past are known. */
  version: number
}

/** What was used and what was idle, in seconds of GPUs and slots. */
export interface Meters {
  gpuSecondsBusy: number
  /** While a run of the sweep waited for a slot, so not in the tail, and not while all wait for their peers. */
  slotSecondsOffered: number
  slotSecondsBusy: number
}

/** The cluster of a simulation: what is so, without any decision. */
export class ClusterWorld {
  readonly runs = new Map<string, SimRun>()
  readonly sweeps = new Map<string, SimSweep>()
  readonly executors = new Map<string, SimExecutor>()
  /** GPU id → sweep. */
  readonly leases = new Map<string, SimSweep>()
  readonly meters: Meters = { gpuSecondsBusy: 0, slotSecondsOffered: 0, slotSecondsBusy: 0 }
  nodes: NodeView[]
  /** Grows with every change of leases. */
  leaseVersion = 0

  constructor(readonly trace: ClusterTrace) {
    this.nodes = trace.nodes.map(({ id, gpus, memoryBytes }) => ({
      id,
      name: id,
      state: 'alive',
      scheduling: 'open',
      gpus: Array.from({ length: gpus }, (_, index) => ({
        id: `${id}/${index}`,
        nodeId: id,
        index,
        kind: 'cuda',
        memoryBytes,
      })),
    }))
    for (const sweep of trace.sweeps) this.addSweep(sweep)
  }

  private addSweep(trace: TraceSweep): void {
    const sweep: SimSweep = {
      trace,
      state: 'coming',
      runs: [],
      executors: new Set(),
      gpuIds: [],
      startedAt: null,
      endedAt: null,
      moved: false,
      hungry: false,
    }
    for (const run of trace.runs) {
      const view: RunView = {
        id: run.id,
        params: run.params,
        state: 'waiting',
        fullSamples: run.fullSamples,
        points: [],
        passedRung: 0,
        pinned: false,
        exemptRules: [],
      }
      const entry: SimRun = {
        trace: run,
        sweep,
        state: 'waiting',
        steps: 0,
        seen: 0,
        passedRung: 0,
        onSpare: false,
        executor: null,
        view,
        work: { runId: run.id, stepSeconds: null, samples: 0 },
      }
      sweep.runs.push(entry)
      this.runs.set(run.id, entry)
    }
    this.sweeps.set(trace.id, sweep)
  }

  /** Samples that the run has trained at its last evaluation. */
  static samplesOf(run: SimRun): number {
    return run.seen === 0 ? 0 : run.trace.points[run.seen - 1]!.samples
  }

  /** Brings the progress of an executor's runs and the meters up to the instant. */
  advance(executor: SimExecutor, now: number): void {
    const from = Math.max(executor.since, executor.readyAt)
    const seconds = now - from
    executor.since = Math.max(executor.since, now)
    if (seconds <= 0) return
    const steps = seconds / executor.stepSeconds
    for (const run of executor.runs) run.steps += steps
    if (executor.runs.size > 0) this.meters.gpuSecondsBusy += seconds * executor.gpuIds.length
    if (executor.sweep.hungry) {
      this.meters.slotSecondsOffered += seconds * executor.slots
      this.meters.slotSecondsBusy += seconds * executor.runs.size
    }
  }

  /** Seconds until the next evaluation of a run of the executor; Infinity where it has none. */
  untilEvaluation(executor: SimExecutor): number {
    let least = Number.POSITIVE_INFINITY
    for (const run of executor.runs) least = Math.min(least, nextTarget(run) - run.steps)
    return Math.max(0, least * executor.stepSeconds)
  }

  /** Takes the step time anew after somebody joined or left. */
  repace(executor: SimExecutor): void {
    const model = this.trace.models[executor.sweep.trace.model]!
    let tokens = 0
    for (const run of executor.runs) tokens += run.trace.params.batch_size * run.sweep.trace.maxLength
    executor.stepSeconds = stepSeconds(model, tokens, executor.gpuIds.length)
    executor.version += 1
  }

  enter(run: SimRun, executor: SimExecutor): void {
    run.executor = executor
    executor.runs.add(run)
    this.setState(run, 'training')
  }

  /** Takes the run out of its slot, at its last evaluation where it is lost and where it stands else. */
  leave(run: SimRun, state: RunState, reason?: StopReason): void {
    run.executor?.runs.delete(run)
    run.executor = null
    this.setState(run, state, reason)
  }

  setState(run: SimRun, state: RunState, reason?: StopReason): void {
    run.state = state
    run.stopReason = reason
    this.renew(run)
  }

  /** Makes the view that policies see. */
  renew(run: SimRun): void {
    const { state, stopReason, passedRung, onSpare, seen } = run
    const points = run.view.points.length === seen ? run.view.points : run.trace.points.slice(0, seen)
    run.work = {
      runId: run.trace.id,
      stepSeconds: run.executor?.stepSeconds ?? null,
      samples: ClusterWorld.samplesOf(run),
    }
    run.view = { ...run.view, state, stopReason, passedRung, onSpare, points }
  }

  endExecutor(executor: SimExecutor): void {
    executor.sweep.executors.delete(executor)
    this.executors.delete(executor.id)
    executor.version += 1
  }

  release(sweep: SimSweep, gpuIds: readonly string[]): void {
    for (const gpu of gpuIds) this.leases.delete(gpu)
    this.leaseVersion += 1
    sweep.gpuIds = sweep.gpuIds.filter((gpu) => !gpuIds.includes(gpu))
  }
}

/** Steps at which the run is evaluated next. */
export function nextTarget(run: SimRun): number {
  return run.trace.points[run.seen]?.step ?? Number.POSITIVE_INFINITY
}
