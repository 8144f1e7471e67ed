import type { Interval } from '../model/cluster'
import type { Hold, PauseSweep, PlaceSweep, Plan, ResizeSweep } from '../model/plan'
import type { GpuLease, SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'
import { isPending } from '../tuning/open-rooms'
import { chooseGpus, type GangNeed } from './choose-gpus'
import { type Class, classesOf } from './classes'
import { considerMove } from './consider-move'
import { type FreeNode, freeGpus, withoutGpus } from './free-gpus'
import { heldGpus } from './held-gpus'
import { holdSweep } from './hold-sweep'
import { inOrder } from './in-order'
import { minimumGpuBytes } from './minimum-gpu-bytes'
import { type ExpectedStart, planWaiting } from './plan-waiting'
import { plannedBlocks } from './planned-blocks'
import { unblock } from './unblock'

/** Who holds which GPUs once the plan is applied, with the actions that bring it about. */
export interface Gangs {
  actions: readonly (PlaceSweep | ResizeSweep | PauseSweep | Hold)[]
  /** GPU ids by sweep id, for every sweep that holds any. */
  held: ReadonlyMap<string, readonly string[]>
  planned: Plan['planned']
}

/**
 * Grants gangs to the sweeps that hold none (`docs/spec/placement.md`): lost GPUs are replaced first, then waiting sweeps
 * start where the plan says now; all others are held with every reason and an expected start.
 */
export function decideGangs(snapshot: TuningSnapshot, policy: TuningPolicy, now: number): Gangs {
  const held = new Map(heldGpus(snapshot))
  let free = freeGpus(snapshot, policy.reservedGpuIds)
  const actions: (PlaceSweep | ResizeSweep | PauseSweep | Hold)[] = []
  const ordered = inOrder(snapshot.sweeps)
  for (const sweep of ordered) {
    const has = held.get(sweep.id)
    if (has === undefined || has.length >= sweep.gpus || sweep.paused) continue
    if (!sweep.view.runs.some(isPending)) continue
    const bytes = minimumGpuBytes(sweep, policy.memoryMargin)
    const more = chooseGpus(free, gangNeed(sweep, sweep.gpus - has.length, bytes))
    if (more === null) continue
    free = withoutGpus(free, more)
    held.set(sweep.id, [...has, ...more])
    actions.push(replaceLost(sweep, has, more))
  }
  let holds: Hold[] = []
  for (let began = true; began; ) {
    // Planned again with what just started as busy, so that the next decision has nothing to add.
    began = false
    holds = []
    const waiting = ordered.filter((sweep) => !held.has(sweep.id))
    const present = withGrants(snapshot, held)
    const classes =
      policy.interTask === 'fifo' ? byArrival(waiting) : classesOf(waiting, present, held, policy, now)
    const starts = expectedStarts(classes, free, present, policy, now)
    const order = classes.flatMap(({ sweeps }) => sweeps)
    for (const sweep of order) {
      const start = starts.get(sweep.id)
      const mayStart =
        policy.interTask === 'fifo' ? holds.length === 0 && !sweep.paused : start?.p50.startIn === 0
      const gpus = mayStart ? choose(sweep, start?.p50.node ?? -1, free, policy) : null
      if (gpus === null) {
        holds.push(hold(sweep, start, present, free, order, held, policy, now))
        continue
      }
      began = true
      free = withoutGpus(free, gpus)
      held.set(sweep.id, gpus)
      actions.push(place(sweep, gpus, now))
    }
  }
  actions.push(...holds)
  const move = policy.moves === false ? null : considerMove(snapshot, held, actions, policy, now)
  if (move !== null) actions.unshift(move)
  return { actions, held, planned: plannedBlocks(snapshot, actions, held, now) }
}

/** The snapshot with the GPUs that this plan granted up to now as leased. */
function withGrants(snapshot: TuningSnapshot, held: ReadonlyMap<string, readonly string[]>): TuningSnapshot {
  const leased = new Set(snapshot.leases.map((lease) => lease.gpuId))
  const granted: GpuLease[] = []
  for (const [id, gpus] of held) {
    for (const gpuId of gpus) {
      if (leased.has(gpuId)) continue
      const holder = { kind: 'sweep' as const, id }
      granted.push({ gpuId, holder, epoch: 0, expiresAt: Number.POSITIVE_INFINITY })
    }
  }
  return granted.length === 0 ? snapshot : { ...snapshot, leases: [...snapshot.leases, ...granted] }
}

/** GPUs on the planned node where they fit, else anywhere. */
function choose(
  sweep: SweepWork,
  node: number,
  free: readonly FreeNode[],
  policy: TuningPolicy,
): readonly string[] | null {
  const need = gangNeed(sweep, sweep.gpus, minimumGpuBytes(sweep, policy.memoryMargin))
  const planned = node < 0 ? null : chooseGpus(free.slice(node, node + 1), need)
  return planned ?? chooseGpus(free, need)
}

function hold(
  sweep: SweepWork,
  start: Starts | undefined,
  snapshot: TuningSnapshot,
  free: readonly FreeNode[],
  order: readonly SweepWork[],
  held: ReadonlyMap<string, readonly string[]>,
  policy: TuningPolicy,
  now: number,
): Hold {
  const bytes = minimumGpuBytes(sweep, policy.memoryMargin)
  const expectedStart = start === undefined ? undefined : startInterval(start, now)
  const change = unblock(sweep, snapshot, free, bytes)
  return {
    kind: 'hold',
    subject: 'sweep',
    id: sweep.id,
    reasons: holdSweep(sweep, snapshot, free, bytes, order, held),
    ...(expectedStart ? { expectedStart } : {}),
    ...(change ? { unblock: change } : {}),
  }
}

function gangNeed(sweep: SweepWork, count: number, minimumBytes: number): GangNeed {
  return { count, spread: sweep.spread, chunk: sweep.gpusPerExecutor, minimumBytes }
}

/** One class for each sweep, so that nobody passes anybody. */
function byArrival(waiting: readonly SweepWork[]): Class[] {
  return waiting.map((sweep) => ({ sweeps: [sweep] }))
}

type Starts = { [quantile in keyof Interval]: ExpectedStart }

function expectedStarts(
  classes: readonly Class[],
  free: readonly FreeNode[],
  snapshot: TuningSnapshot,
  policy: TuningPolicy,
  now: number,
): Map<string, Starts> {
  const plans = (['p10', 'p50', 'p90'] as const).map(
    (quantile) =>
      new Map(
        planWaiting(classes, free, snapshot, policy, now, quantile).map((start) => [start.sweep.id, start]),
      ),
  )
  const starts = new Map<string, Starts>()
  for (const [id, p50] of plans[1]!) {
    starts.set(id, { p10: plans[0]!.get(id) ?? p50, p50, p90: plans[2]!.get(id) ?? p50 })
  }
  return starts
}

function startInterval(start: Starts, now: number): Interval | undefined {
  const p50 = start.p50.startIn
  if (p50 === Number.POSITIVE_INFINITY) return undefined
  return {
    p10: now + Math.min(p50, start.p10.startIn),
    p50: now + p50,
    p90: now + Math.max(p50, start.p90.startIn),
  }
}

function place(sweep: SweepWork, gpuIds: readonly string[], now: number): PlaceSweep {
  const left = sweep.remaining ?? { p10: 0, p50: 0, p90: 0 }
  return {
    kind: 'place',
    subject: 'sweep',
    sweepId: sweep.id,
    gpuIds,
    expectedEnd: { p10: now + left.p10, p50: now + left.p50, p90: now + left.p90 },
    why: { rule: 'P1', message: `${sweep.name} starts now on ${gpuIds.join(', ')}.` },
  }
}

function replaceLost(sweep: SweepWork, has: readonly string[], more: readonly string[]): ResizeSweep {
  return {
    kind: 'resize',
    subject: 'sweep',
    sweepId: sweep.id,
    gpuIds: [...has, ...more],
    why: {
      rule: 'P4',
      message: `${sweep.name} held ${has.length} of ${sweep.gpus} GPUs; ${more.join(', ')} make it whole again.`,
    },
  }
}
