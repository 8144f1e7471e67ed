import { describe, expect, it } from 'vitest'
import { clairvoyantBound } from '../../bench/serving/bound'
import { random } from '../../engine/random'
import { shapeKey, stepTimesOf } from '../../engine/serving/profile'
import type { TraceRequest } from '../../engine/sim/serving/trace'

/** Encode and decode take 1 ms, a step 2 ms, or 1 ms on both GPUs, or 3 ms for two images together. */
const times = stepTimesOf({
  image: [
    { resolution: 's', batch: 1, stepMs: 2, encodeMs: 1, decodeMs: 1 },
    { resolution: 's', batch: 2, stepMs: 3, encodeMs: 2, decodeMs: 2 },
  ],
  video: [
    { resolution: 'v', frames: 2, sp: 1, stepMs: 2, encodeMs: 1, decodeMs: 1 },
    { resolution: 'v', frames: 2, sp: 2, stepMs: 1, encodeMs: 1, decodeMs: 1 },
  ],
  switchMs: 0,
  resumeMs: 0,
})

function draw(seed: number): TraceRequest[] {
  const source = random(`bound/${seed}`)
  return Array.from({ length: 3 }, (_, index) => {
    const arrivalMs = source.integer(3)
    const kind = source.next() < 0.6 ? ('video' as const) : ('image' as const)
    const shape = kind === 'video' ? { resolution: 'v', frames: 2 } : { resolution: 's', frames: 1 }
    return {
      id: `r${index}`,
      arrivalMs,
      kind,
      ...shape,
      steps: 1 + source.integer(2),
      deadlineMs: arrivalMs + 4 + source.integer(5),
    }
  })
}

/**
 * Most requests on time over every schedule in whole milliseconds: at each one, every way to begin phases and steps on
 * the free GPUs, or nothing. Written apart from the simulator and the relaxation on purpose.
 */
function bestPossible(trace: readonly TraceRequest[], gpus: number): number {
  type State = { phase: number; until: number; width: number }
  const horizon = Math.max(...trace.map(({ deadlineMs }) => deadlineMs))
  const memo = new Map<string, number>()
  const phases = trace.map(({ steps }) => steps + 2)
  const search = (now: number, states: readonly State[]): number => {
    const done = states.filter(({ phase, until }, index) => phase === phases[index] && until <= now).length
    if (now >= horizon || done === trace.length) return score(states)
    const key = `${now}|${states.map(({ phase, until, width }) => `${phase},${Math.max(until, now)},${width}`).join('|')}`
    const known = memo.get(key)
    if (known !== undefined) return known
    let best = 0
    for (const next of choices(now, states, 0)) best = Math.max(best, search(now + 1, next))
    memo.set(key, best)
    return best
  }
  const score = (states: readonly State[]): number =>
    states.filter(({ phase, until }, index) => phase === phases[index] && until <= trace[index]!.deadlineMs)
      .length
  const choices = (now: number, states: readonly State[], from: number): State[][] => {
    const busy = states.reduce((sum, { until, width }) => sum + (until > now ? width : 0), 0)
    const index = states.findIndex(
      ({ phase, until }, place) =>
        place >= from && until <= now && phase < phases[place]! && trace[place]!.arrivalMs <= now,
    )
    if (index < 0) return [[...states]]
    const request = trace[index]!
    const { phase } = states[index]!
    const denoises = phase > 0 && phase <= request.steps
    const begin = (changed: readonly State[]): State[][] => choices(now, changed, index + 1)
    const withState = (list: readonly State[], place: number, state: State): State[] =>
      list.map((old, at) => (at === place ? state : old))
    const all = begin(states)
    const options =
      denoises && request.kind === 'video'
        ? [
            [2, 1],
            [1, 2],
          ]
        : denoises
          ? [[2, 1]]
          : [[1, 1]]
    for (const [length, width] of options) {
      if (busy + width! > gpus) continue
      all.push(...begin(withState(states, index, { phase: phase + 1, until: now + length!, width: width! })))
    }
    // Two images share a step: the second one holds no GPU of its own.
    if (denoises && request.kind === 'image' && busy + 1 <= gpus) {
      for (const [place, other] of states.entries()) {
        const partner = trace[place]!
        const ready =
          other.phase > 0 && other.phase <= partner.steps && other.until <= now && partner.arrivalMs <= now
        if (place <= index || partner.kind !== 'image' || !ready) continue
        const first = withState(states, index, { phase: phase + 1, until: now + 3, width: 1 })
        all.push(...begin(withState(first, place, { phase: other.phase + 1, until: now + 3, width: 0 })))
      }
    }
    return all
  }
  return search(
    0,
    trace.map(() => ({ phase: 0, until: 0, width: 0 })),
  )
}

describe('clairvoyantBound', () => {
  it('[S9] is never below the best of all schedules, and often equal to it', () => {
    let equal = 0
    let short = 0
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    for (const seed of seeds) {
      const trace = draw(seed)
      for (const { kind, resolution, frames } of trace)
        expect(times.shapes.has(shapeKey({ kind, resolution, frames }))).toBe(true)
      const gpus = 1 + (seed % 2)
      const best = bestPossible(trace, gpus)
      const bound = clairvoyantBound(trace, gpus, times)
      expect(bound).toBeGreaterThanOrEqual(best)
      expect(bound).toBeLessThanOrEqual(trace.length)
      if (bound === best) equal++
      if (best < trace.length) short++
    }
    expect(equal).toBeGreaterThanOrEqual(5)
    expect(short).toBeGreaterThanOrEqual(4)
  }, 120_000)

  it('[S9] counts only what fits: three that each need the whole of one GPU until the same time', () => {
    const tight = ['a', 'b', 'c'].map((id): TraceRequest => {
      return { id, arrivalMs: 0, kind: 'video', resolution: 'v', frames: 2, steps: 2, deadlineMs: 6 }
    })
    expect(clairvoyantBound(tight, 1, times)).toBe(1)
    expect(clairvoyantBound(tight, 3, times)).toBe(3)
    expect(
      clairvoyantBound(
        tight.map((request) => ({ ...request, deadlineMs: 3 })),
        3,
        times,
      ),
    ).toBe(0)
  }, 60_000)
})
