import { describe, expect, it } from 'vitest'
import { aRequest, aSnapshot, aStartedRequest, shapeOf } from '../../test/builders/serving'
import { type QuoteRequest, quote } from './quote'
import { quoteWords } from './quote-words'
import { DEFAULT_SERVING_SETTINGS } from './settings'
import type { Arrival, RequestView, ServingSnapshot } from './snapshot'

const two = [0, 0]
const ask = (given: Partial<QuoteRequest> = {}): QuoteRequest => {
  return { shape: shapeOf('low'), steps: 10, deadlineMs: 5000, ...given }
}
const clock = (ms: number) => `${Math.round(ms)}`
/** Fills two GPUs until 4000 ms with promised work that is due then. */
const crowd: RequestView[] = Array.from({ length: 6 }, (_, index) =>
  aRequest({ id: `c${index}`, steps: 11, deadlineMs: 4000 }),
)
const smallArrivals = (gapMs: number): Arrival[] =>
  Array.from({ length: 40 }, (_, index) => {
    const atMs = -gapMs * (40 - index)
    return { atMs, shape: shapeOf('small'), steps: 10, deadlineMs: atMs + 200, weight: 1 }
  })

describe('quote', () => {
  it('[S30] promises the time of the request itself on idle GPUs', () => {
    const answer = quote(aSnapshot([], two), ask(), 0)
    expect(answer).toMatchObject({ kind: 'promise', confidence: 0.95 })
    expect(answer.kind === 'promise' && answer.byMs).toBeCloseTo(1030, -1)
  })

  it('[S30] adds the step under way, the work that is due before it and none that is due later', () => {
    const by = (snapshot: ServingSnapshot) => {
      const answer = quote(snapshot, ask(), 0)
      return answer.kind === 'promise' ? answer.byMs : Number.NaN
    }
    const idle = by(aSnapshot([], two))
    const busy = aStartedRequest({
      gpus: [0],
      lastEndMs: -1,
      busyUntilMs: 60,
      stepsDone: 9,
      deadlineMs: 9000,
    })
    expect(by(aSnapshot([busy], two)) - idle).toBeCloseTo(60, -1)
    const before = aRequest({ id: 'before', deadlineMs: 3000 })
    const after = aRequest({ id: 'after', deadlineMs: 9000 })
    // 1030 ms of GPU time on 2 × 0.8 GPUs.
    expect(by(aSnapshot([before], two)) - idle).toBeCloseTo(644, -1)
    expect(by(aSnapshot([after], two))).toBeCloseTo(idle, 0)
  })

  it('[S30] leaves room for what will likely arrive and be due before it', () => {
    const by = (history: Arrival[], deadlineMs: number) => {
      const answer = quote(aSnapshot([], two, { history }), ask({ deadlineMs }), 0)
      return answer.kind === 'promise' ? answer.byMs : Number.NaN
    }
    expect(by(smallArrivals(400), 5000)).toBeGreaterThan(by(smallArrivals(4000), 5000) + 50)
    expect(by(smallArrivals(4000), 5000)).toBeGreaterThan(by([], 5000))
    expect(by(smallArrivals(400), 1300)).toBeLessThanOrEqual(1300)
  })

  it('[S30] promises nothing at the price of another promise', () => {
    const urgent = ask({ shape: shapeOf('small'), deadlineMs: 400 })
    expect(quote(aSnapshot(crowd, two), urgent, 0).kind).toBe('promise')
    const brief = ask({ steps: 9, deadlineMs: 4000 })
    expect(quote(aSnapshot(crowd, two), brief, 0).kind).not.toBe('promise')
    expect(quote(aSnapshot(crowd.slice(0, 4), two), brief, 0).kind).toBe('promise')
  })

  it('[S31] says what would make it: a smaller one, fewer frames, fewer steps', () => {
    const tight = ask({ shape: shapeOf('high'), steps: 20, deadlineMs: 3600 })
    const answer = quote(aSnapshot([], two), tight, 0)
    expect(answer).toMatchObject({
      kind: 'would-make-it',
      alternatives: [
        { change: 'smaller', shape: { key: 'video/low/9' }, steps: 20 },
        { change: 'fewer-steps', shape: { key: 'video/high/9' }, steps: 15 },
      ],
    })
    expect(quoteWords(answer, clock)).toMatch(
      /^As asked not before \d+\. In time: low by \d+, or 15 steps by \d+\.$/,
    )
    const frames = quote(aSnapshot([], two), ask({ shape: shapeOf('high'), steps: 14, deadlineMs: 2860 }), 0)
    expect(frames.alternatives.map(({ change }) => change)).toContain('fewer-frames')
  })

  it('[S31] offers half of the steps where three quarters do not make it', () => {
    const answer = quote(aSnapshot([], two), ask({ shape: shapeOf('high'), steps: 20, deadlineMs: 2200 }), 0)
    expect(answer.alternatives.find(({ change }) => change === 'fewer-steps')).toMatchObject({ steps: 10 })
  })

  it('[S31] refuses with the earliest time and the quickest way where nothing makes it', () => {
    const answer = quote(aSnapshot([], two), ask({ shape: shapeOf('high'), steps: 20, deadlineMs: 300 }), 0)
    expect(answer).toMatchObject({ kind: 'refusal', code: 'no-place', alternatives: [{ change: 'smaller' }] })
    expect(quoteWords(answer, clock)).toMatch(/^No place before \d+\. At low it would be ready by \d+\.$/)
    const steps = quote(aSnapshot([], two), ask({ steps: 10, deadlineMs: 100 }), 0)
    expect(quoteWords(steps, clock)).toMatch(
      /^No place before \d+\. With 5 steps it would be ready by \d+\.$/,
    )
  })

  it('[S32] a full line refuses whatever is asked', () => {
    const settings = { ...DEFAULT_SERVING_SETTINGS, mostInLine: 6 }
    const easy = ask({ shape: shapeOf('small'), deadlineMs: 100_000 })
    expect(quote(aSnapshot(crowd.slice(1), two, { settings }), easy, 0).kind).toBe('promise')
    const answer = quote(aSnapshot(crowd, two, { settings }), easy, 0)
    expect(answer).toMatchObject({ kind: 'refusal', code: 'line-full', alternatives: [] })
    expect(quoteWords(answer, clock)).toMatch(/^The line is full\. No place before \d+\.$/)
  })
})

describe('quoteWords', () => {
  it('[S31] reads as people say it', () => {
    const at = (ms: number) => ({ 1: '14:46:19', 2: '14:45:21', 3: '14:46:02' })[ms]!
    const words = quoteWords(
      {
        kind: 'promise',
        byMs: 1,
        confidence: 0.95,
        alternatives: [
          { change: 'smaller', shape: { ...shapeOf('low'), resolution: '480p' }, steps: 50, byMs: 2 },
          { change: 'fewer-steps', shape: shapeOf('high'), steps: 25, byMs: 3 },
        ],
      },
      at,
    )
    expect(words).toBe('By 14:46:19 with 95%. Or 480p by 14:45:21, or 25 steps by 14:46:02.')
  })

  it('[S31] names frames, and stops where there is nothing to offer', () => {
    const fewer = { change: 'fewer-frames' as const, shape: shapeOf('short'), steps: 10, byMs: 7 }
    expect(quoteWords({ kind: 'would-make-it', earliestMs: 9, alternatives: [fewer] }, clock)).toBe(
      'As asked not before 9. In time: 5 frames by 7.',
    )
    expect(quoteWords({ kind: 'promise', byMs: 9, confidence: 0.95, alternatives: [] }, clock)).toBe(
      'By 9 with 95%.',
    )
    expect(quoteWords({ kind: 'refusal', code: 'no-place', earliestMs: 9, alternatives: [] }, clock)).toBe(
      'No place before 9.',
    )
  })
})
