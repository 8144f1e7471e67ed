import type { Stage } from './snapshot'

/** One interval in which a request held GPUs. */
export interface RequestInterval {
  startMs: number
  endMs: number
  phase: Stage
  /** Denoising steps done in it. */
  steps: number
  sp: number
}

/** Where the time of a request went, milliseconds; the parts sum to the time from arrival to `untilMs`. */
export interface TimeSpent {
  queuedMs: number
  encodingMs: number
  denoisingMs: number
  /** Between steps without GPUs, and between encode, steps and decode. */
  pausedMs: number
  /** Directly before a step at another degree, at most the profiled cost. */
  switchingMs: number
  decodingMs: number
}

/**
 * @param intervals of one request, in order of time
 * @param untilMs its end, or now
 */
export function timeSpent(
  arrivalMs: number,
  intervals: readonly RequestInterval[],
  switchMs: number,
  untilMs: number,
): TimeSpent {
  const spent: TimeSpent = {
    queuedMs: 0,
    encodingMs: 0,
    denoisingMs: 0,
    pausedMs: 0,
    switchingMs: 0,
    decodingMs: 0,
  }
  let at = arrivalMs
  let before: RequestInterval | undefined
  for (const interval of intervals) {
    const gapMs = interval.startMs - at
    if (!before) spent.queuedMs += gapMs
    else {
      const changes = before.phase === 'denoise' && interval.phase === 'denoise' && before.sp !== interval.sp
      const switching = changes ? Math.min(gapMs, switchMs) : 0
      spent.switchingMs += switching
      spent.pausedMs += gapMs - switching
    }
    spent[PART[interval.phase]] += interval.endMs - interval.startMs
    at = interval.endMs
    before = interval
  }
  if (before) spent.pausedMs += Math.max(0, untilMs - at)
  else spent.queuedMs += Math.max(0, untilMs - at)
  return spent
}

const PART = { encode: 'encodingMs', denoise: 'denoisingMs', decode: 'decodingMs' } as const
