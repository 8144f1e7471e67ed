/** One stay of a run in a slot, from its first step to its last figure; Unix milliseconds. */
export interface Stay {
  executorId: string
  slots: number
  fromMs: number
  toMs: number
}

export interface SlotsInUse {
  /** Share of slot-time in which a run trained, from the executor's first step to its last refill. */
  busy: number
  /** How often a slot was given to another run. */
  refills: number
  /** Slot-time until the tail, seconds. */
  offeredSeconds: number
}

/**
 * How busy the slots of executors were until the tail: up to the last time that a run entered, since from then on no
 * run was left that a free slot could have taken. The tail of each executor is its own.
 */
export function slotsInUse(stays: readonly Stay[]): SlotsInUse {
  const byExecutor = new Map<string, Stay[]>()
  for (const stay of stays)
    byExecutor.set(stay.executorId, [...(byExecutor.get(stay.executorId) ?? []), stay])
  let offered = 0
  let used = 0
  let refills = 0
  for (const own of byExecutor.values()) {
    const begin = Math.min(...own.map((stay) => stay.fromMs))
    const tail = Math.max(...own.map((stay) => stay.fromMs))
    const slots = own[0]!.slots
    offered += slots * (tail - begin)
    for (const { fromMs, toMs } of own) used += Math.max(0, Math.min(toMs, tail) - fromMs)
    refills += Math.max(0, own.length - slots)
  }
  return { busy: offered > 0 ? used / offered : 1, refills, offeredSeconds: offered / 1000 }
}
