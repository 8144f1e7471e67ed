import type { Hold, PauseSweep } from '../model/plan'
import type { SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'
import { expectedSeconds } from './plan-waiting'

/** Cost of parking and restoring where it was never measured, seconds. */
const UNKNOWN_MOVE_SECONDS = 60

/**
 * Parks at most one running sweep for a waiting one (rule P21): the waiting one has a higher priority even without
 * ageing, one victim's GPUs are enough for it, and it gains, in GPU-seconds, more than `gainOverCost` times what the
 * victim loses by parking and restoring. The victim waits again and comes back by itself.
 *
 * @returns `null` where no move pays; the GPUs are granted by the next decision, when they are free
 */
export function considerMove(
  snapshot: TuningSnapshot,
  held: ReadonlyMap<string, readonly string[]>,
  actions: readonly { kind: string; subject: string }[],
  policy: TuningPolicy,
  now: number,
): PauseSweep | null {
  if (policy.moves === false) return null
  const started = new Set(
    (actions as readonly { kind: string; sweepId?: string }[])
      .filter((action) => action.kind === 'place')
      .map((action) => action.sweepId),
  )
  const sweeps = new Map(snapshot.sweeps.map((sweep) => [sweep.id, sweep]))
  const holds = (actions as readonly Hold[]).filter(
    (action) => action.kind === 'hold' && action.subject === 'sweep',
  )
  let best: { gain: number; cost: number; victim: SweepWork; waiting: SweepWork } | null = null
  for (const hold of holds) {
    const waiting = sweeps.get(hold.id)!
    if (waiting.paused || hold.expectedStart === undefined) continue
    const gain = (hold.expectedStart.p50 - now) * waiting.gpus
    for (const [id, gpus] of held) {
      const victim = sweeps.get(id)
      if (victim === undefined || started.has(id) || victim.priority >= waiting.priority) continue
      if (!isEnough(gpus, waiting, snapshot)) continue
      const move = victim.moveSeconds ?? UNKNOWN_MOVE_SECONDS
      const cost = (move + Math.min(move, expectedSeconds(victim, 'p50'))) * victim.gpus
      if (gain <= policy.moves.gainOverCost * cost) continue
      if (best === null || gain - cost > best.gain - best.cost) best = { gain, cost, victim, waiting }
    }
  }
  if (best === null) return null
  const { victim, waiting, gain, cost } = best
  return {
    kind: 'pause',
    subject: 'sweep',
    sweepId: victim.id,
    why: {
      rule: 'P21',
      message: `Gives way to ${waiting.name}, which has priority ${waiting.priority} against ${victim.priority}; nothing is lost, it waits for its turn.`,
      gainSeconds: Math.round(gain / waiting.gpus),
      costSeconds: Math.round(cost / victim.gpus),
      alternatives: [
        { action: 'leave it', effect: `${waiting.name} starts ${Math.round(gain / waiting.gpus)} s later` },
      ],
    },
  }
}

/** True where the victim's open GPUs are a gang for the waiting sweep. */
function isEnough(gpus: readonly string[], waiting: SweepWork, snapshot: TuningSnapshot): boolean {
  const counts = snapshot.nodes
    .filter((node) => node.state === 'alive' && node.scheduling === 'open')
    .map((node) => node.gpus.filter((gpu) => gpus.includes(gpu.id)).length)
  const most = waiting.spread ? counts.reduce((sum, count) => sum + count, 0) : Math.max(0, ...counts)
  return most >= waiting.gpus
}
