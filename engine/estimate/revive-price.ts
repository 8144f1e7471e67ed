import type { Interval } from '../model/cluster'

/** What is known when somebody thinks of reviving a run. */
export interface ReviveRequest {
  /** Samples that it has still to train. */
  restSamples: number
  /** Measured: seconds that one sample of this run took among its neighbours. */
  secondsPerSample: number
  /** Slots of the sweep's executors, and how many of them are taken. */
  slots: number
  busySlots: number
  /** Runs of the sweep that wait for a slot before it. */
  waiting: number
  /** Remaining seconds of the sweep without it; zero where it has ended. */
  remaining: Interval
}

export interface RevivePrice {
  /** Seconds that the run itself trains at most. */
  seconds: number
  /** Seconds by which the sweep ends later. */
  addsSeconds: number
}

/**
 * What reviving a run costs (rule F8): it trains its rest at its measured pace, at once where a slot is free, else as
 * soon as its turn comes among those that train and wait. The sweep ends later only where the run outlasts it, or where
 * its work has to be done in slots that are all taken.
 */
export function revivePrice(request: ReviveRequest): RevivePrice {
  const { restSamples, slots, busySlots, waiting, remaining } = request
  const seconds = Math.max(0, restSamples) * Math.max(0, request.secondsPerSample)
  const free = Math.max(0, slots - busySlots - waiting)
  const all = Math.max(1, slots)
  const before = free > 0 ? 0 : (remaining.p50 * (1 + waiting)) / (1 + waiting + Math.max(1, busySlots))
  const longer = Math.max(0, before + seconds - remaining.p50)
  const shared = free > 0 ? 0 : seconds / all
  return { seconds, addsSeconds: Math.max(longer, shared) }
}
