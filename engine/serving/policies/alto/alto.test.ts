import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitrarySnapshot } from '../../../../test/builders/arbitrary-serving'
import { aRequest, aSnapshot, aStartedRequest, shapeOf, smallTimes } from '../../../../test/builders/serving'
import { decideRound } from '../../decide-round'
import type { RunAction, WaitAction } from '../../plan'
import { DEFAULT_SERVING_SETTINGS } from '../../settings'
import type { Arrival, RequestView, ServingSnapshot } from '../../snapshot'
import { jobOf } from './job'

const one = [0]
const two = [0, 0]
const four = [0, 0, 0, 0]

function decide(snapshot: ServingSnapshot, now = 0): { runs: RunAction[]; waits: Map<string, WaitAction> } {
  const { actions } = decideRound(snapshot, 'alto', now)
  const runs = actions.filter((action): action is RunAction => 'requests' in action)
  const waits = actions.filter((action): action is WaitAction => 'request' in action)
  return { runs, waits: new Map(waits.map((wait) => [wait.request, wait])) }
}

const whoRuns = (snapshot: ServingSnapshot, now = 0): string[] =>
  decide(snapshot, now).runs.flatMap((run) => run.requests)

/** A low video in its steps, encoded and with three done, that ended its last step now unless told otherwise. */
const low = (id: string, given: Partial<RequestView> = {}) =>
  aStartedRequest({ id, gpus: [0], lastEndMs: -10, ...given, shape: given.shape ?? 'low' })

describe('alto: who competes', () => {
  it('[S20] puts a request that no degree saves behind all others, however early its deadline', () => {
    const hopeless = aRequest({ id: 'hopeless', deadlineMs: 400 })
    const fine = aRequest({ id: 'fine', deadlineMs: 5000 })
    const { runs, waits } = decide(aSnapshot([hopeless, fine], one))
    expect(runs[0]!.requests).toEqual(['fine'])
    expect(waits.get('hopeless')).toMatchObject({
      kind: 'set-aside',
      rule: 'S20',
      receipt: { code: 'cannot-make-it' },
    })
  })

  it('[S20] still runs it when a GPU would idle, the nearest to its end first', () => {
    const far = aRequest({ id: 'far', deadlineMs: 50 })
    const near = low('near', { deadlineMs: 50, stepsDone: 9 })
    expect(whoRuns(aSnapshot([far, near], one))).toEqual(['near'])
    expect(whoRuns(aSnapshot([far, near], two)).sort()).toEqual(['far', 'near'])
  })

  it('[S21] counts encode, decode and transitions: a millisecond decides', () => {
    // 10 encode + 10 × 70 at SP 2 + 20 decode + 3 × (3 + 2) for transitions.
    const at = (deadlineMs: number) =>
      decide(aSnapshot([aRequest({ id: 'a', deadlineMs })], two)).runs[0]!.rule
    expect(at(745)).toBe('S24')
    expect(at(744)).toBe('S20')
  })

  it('[S21] counts the rest of a running step', () => {
    // Busy until 100 ms with its ninth step: then one step, the decode and 15 ms for transitions.
    const busy = low('busy', { stepsDone: 8, busyUntilMs: 100, lastEndMs: 0 })
    const codeAt = (deadlineMs: number) => {
      const job = jobOf({ ...busy, deadlineMs }, smallTimes, 20, 1)
      return { saved: job.needed !== undefined, gpuMs: job.gpuMs, boundaryMs: job.boundaryMs }
    }
    expect(codeAt(235)).toEqual({ saved: true, gpuMs: 120, boundaryMs: 100 })
    expect(codeAt(234)).toEqual({ saved: false, gpuMs: 120, boundaryMs: 100 })
  })

  it('[S22] sets the one with most GPU time aside where not all fit', () => {
    // On one GPU until 1600 ms: 0.8 × 1600 = 1280 ms hold one low video (1030) and the image (110), not the high one.
    const requests = [
      aRequest({ id: 'high', shape: 'short', steps: 5, deadlineMs: 1600 }),
      aRequest({ id: 'low', steps: 8, deadlineMs: 1600 }),
      aRequest({ id: 'image', shape: 'small', deadlineMs: 1600 }),
    ]
    const { runs, waits } = decide(aSnapshot(requests, one))
    expect(runs[0]!.requests).toEqual(['image'])
    expect(waits.get('high')).toMatchObject({
      kind: 'set-aside',
      rule: 'S22',
      receipt: { code: 'set-aside' },
    })
    expect(waits.get('low')).toMatchObject({ kind: 'hold', rule: 'S24', receipt: { code: 'gpus-busy' } })
  })

  it('[S22] gives a weighted class its due', () => {
    const requests = [
      aRequest({ id: 'high', shape: 'short', steps: 5, deadlineMs: 1600, weight: 3 }),
      aRequest({ id: 'low', steps: 8, deadlineMs: 1600 }),
    ]
    expect(decide(aSnapshot(requests, one)).waits.get('low')!.rule).toBe('S22')
  })

  it('[S22] values holding: a paused video with slack stays promised behind tighter ones', () => {
    const video = low('video', { deadlineMs: 60_000 })
    const images = ['i1', 'i2'].map((id) => aRequest({ id, shape: 'small', deadlineMs: 300 }))
    const { runs, waits } = decide(aSnapshot([video, ...images], one))
    expect(runs[0]!.requests).toEqual(['i1'])
    expect(waits.get('video')).toMatchObject({ kind: 'hold', receipt: { code: 'gpus-busy' } })
  })

  it('[S23] keeps GPU time free for what likely arrives and costs less', () => {
    const arrivals = (gapMs: number): Arrival[] =>
      Array.from({ length: 40 }, (_, index) => {
        const atMs = -gapMs * (40 - index)
        return { atMs, shape: shapeOf('small'), steps: 10, deadlineMs: atMs + 200, weight: 1 }
      })
    // The video needs 930 of 1300 ms; an image costs at most 110 ms of GPU time.
    const video = aRequest({ id: 'video', steps: 9, deadlineMs: 1300 })
    const image = aRequest({ id: 'image', shape: 'small', steps: 2, deadlineMs: 1000 })
    const rulesWith = (history: Arrival[]) => {
      const { runs, waits } = decide(aSnapshot([image, video], one, { history }))
      return [runs[0]!.requests[0], waits.get('video')!.rule]
    }
    expect(rulesWith([])).toEqual(['image', 'S24'])
    expect(rulesWith(arrivals(5000))).toEqual(['image', 'S24'])
    expect(rulesWith(arrivals(150))).toEqual(['image', 'S22'])
    expect(rulesWith(arrivals(150).slice(0, 7))).toEqual(['image', 'S24'])
    // Requests do not give way to what will cost more.
    const larger = arrivals(150).map((arrival) => ({ ...arrival, shape: shapeOf('high') }))
    expect(rulesWith(larger)).toEqual(['image', 'S24'])
  })
})

describe('alto: who gets which GPUs', () => {
  it('[S24] serves promised requests in order of deadline', () => {
    const requests = [5000, 3000, 4000].map((deadlineMs) => aRequest({ id: `d${deadlineMs}`, deadlineMs }))
    expect(whoRuns(aSnapshot(requests, one))).toEqual(['d3000'])
    expect(whoRuns(aSnapshot(requests, two))).toEqual(['d3000', 'd4000'])
  })

  it('[S24] takes an efficient degree at once and a costly one only where the deadline needs it', () => {
    const high = (deadlineMs: number) => low('high', { shape: shapeOf('high'), deadlineMs, lastEndMs: 0 })
    const other = low('other', { deadlineMs: 90_000, gpus: [2], lastEndMs: 0 })
    const widthAt = (deadlineMs: number) =>
      decide(aSnapshot([high(deadlineMs), other], four)).runs.find(({ requests }) => requests[0] === 'high')!
        .sp
    // 7 steps at SP 2 take 1400 + 50 + 15 ms; 7 at SP 4 take 770 + 65.
    expect(widthAt(60_000)).toBe(2)
    expect(widthAt(1466)).toBe(2)
    expect(widthAt(1400)).toBe(4)
  })

  it('[S25] keeps a free GPU waiting for a group that is whole soon, and not for one that is not', () => {
    // 40 steps at SP 2 take 8 s: patience is 200 ms.
    const high = low('high', { shape: shapeOf('high'), steps: 43, deadlineMs: 60_000, lastEndMs: 0 })
    const behind = (busyUntilMs: number) =>
      aStartedRequest({ id: 'behind', gpus: [1], lastEndMs: -1, busyUntilMs, deadlineMs: 90_000 })
    const soon = decide(aSnapshot([high, behind(150)], two))
    expect(soon.runs).toEqual([])
    expect(soon.waits.get('high')).toMatchObject({
      rule: 'S25',
      receipt: { code: 'gang', requested: 2, available: 1 },
    })
    expect(decide(aSnapshot([high, behind(900)], two)).runs[0]).toMatchObject({ requests: ['high'], sp: 1 })
  })

  it('[S25] keeps a claim on a free GPU for a running request that widens at its boundary soon', () => {
    const running = (busyUntilMs: number) =>
      aStartedRequest({
        id: 'high',
        shape: 'high',
        steps: 43,
        gpus: [0],
        lastEndMs: -1,
        busyUntilMs,
        deadlineMs: 60_000,
      })
    const waiting = low('waiting', { deadlineMs: 90_000 })
    expect(whoRuns(aSnapshot([running(150), waiting], two))).toEqual([])
    expect(whoRuns(aSnapshot([running(390), waiting], two))).toEqual(['waiting'])
  })

  it('[S26] lets images without a GPU share the steps of one of their shape', () => {
    const image = (id: string, given: Partial<RequestView> = {}) =>
      low(id, { shape: shapeOf('small'), deadlineMs: 900, ...given })
    const run = (requests: RequestView[]) => decide(aSnapshot(requests, one)).runs[0]!
    expect(run([image('a'), image('b')])).toMatchObject({ kind: 'batch', requests: ['a', 'b'], batch: 2 })
    // Three were not profiled: two share.
    expect(run([image('a'), image('b'), image('c')]).requests).toEqual(['a', 'b'])
    expect(run(['a', 'b', 'c', 'd'].map((id) => image(id))).batch).toBe(4)
    // 7 steps of 16 ms and 5 ms of decode end at 117 ms.
    expect(run([image('a', { deadlineMs: 116 }), image('b')]).requests).toEqual(['a'])
    expect(run([image('a', { deadlineMs: 117 }), image('b')]).requests).toEqual(['a', 'b'])
    // A batch of large images saves nothing.
    const large = (id: string) => image(id, { shape: shapeOf('large'), deadlineMs: 9000 })
    expect(run([large('a'), large('b')]).requests).toEqual(['a'])
    // Not while a GPU is free, and not before the encode.
    expect(decide(aSnapshot([image('a'), image('b')], two)).runs).toHaveLength(2)
    expect(run([image('a'), aRequest({ id: 'b', shape: 'small', deadlineMs: 900 })]).requests).toEqual(['a'])
  })

  it('[S27] widens with GPUs that would idle, where it is worth it', () => {
    const high = low('high', { shape: shapeOf('high'), deadlineMs: 60_000, lastEndMs: 0 })
    expect(decide(aSnapshot([high], four)).runs[0]).toMatchObject({ sp: 4 })
    // SP 2 of a low video: 100 / 70 / 2 = 0.71.
    expect(decide(aSnapshot([low('low', { lastEndMs: 0 })], two)).runs[0]).toMatchObject({ sp: 2 })
    const poor = {
      ...shapeOf('low'),
      modes: shapeOf('low').modes.map((mode) => (mode.sp === 2 ? { ...mode, stepMs: 75 } : mode)),
    }
    expect(decide(aSnapshot([low('poor', { shape: poor, lastEndMs: 0 })], two)).runs[0]).toMatchObject({
      sp: 1,
    })
  })

  it('[S29] keeps the request on its own GPUs, its leader first', () => {
    const high = low('high', { shape: shapeOf('high'), gpus: [3, 1], lastEndMs: 0, deadlineMs: 60_000 })
    const other = low('other', { gpus: [0], lastEndMs: 0, deadlineMs: 90_000 })
    const third = low('third', { gpus: [2], lastEndMs: 0, deadlineMs: 91_000 })
    const { runs } = decide(aSnapshot([high, other, third], four))
    expect(runs.map(({ gpus }) => gpus)).toEqual([[3, 1], [0], [2]])
  })

  it('[S29] fills the fuller node first, so that a whole one stays', () => {
    const nodes = [0, 0, 1, 1]
    const busy = aStartedRequest({ id: 'busy', gpus: [2], lastEndMs: -1, busyUntilMs: 500, deadlineMs: 200 })
    const image = aRequest({ id: 'image', shape: 'small', deadlineMs: 300 })
    const { runs } = decide(aSnapshot([busy, image], nodes))
    expect(runs[0]).toMatchObject({ requests: ['image'], gpus: [3] })
  })

  it('[S29] never builds a group across nodes', () => {
    const high = low('high', { shape: shapeOf('high'), deadlineMs: 60_000, lastEndMs: 0 })
    expect(decide(aSnapshot([high], [0, 1, 2])).runs[0]!.sp).toBe(1)
  })
})

describe('alto: starvation', () => {
  const settings = { ...DEFAULT_SERVING_SETTINGS, starvationMs: 1000 }

  it('[S28] past the bound a late request goes before all, the oldest first', () => {
    const old = aRequest({ id: 'old', arrivalMs: -5000, deadlineMs: -1000 })
    const older = aRequest({ id: 'older', arrivalMs: -6000, deadlineMs: -1000 })
    const fine = aRequest({ id: 'fine', arrivalMs: -10, deadlineMs: 2000 })
    const requests = [older, old, fine]
    expect(whoRuns(aSnapshot(requests, one))).toEqual(['fine'])
    expect(whoRuns(aSnapshot(requests, one, { settings }))).toEqual(['older'])
    expect(whoRuns(aSnapshot(requests, two, { settings }))).toEqual(['older', 'old'])
    expect(whoRuns(aSnapshot(requests, one, { settings }), -1)).toEqual(['fine'])
  })

  it('[S28] keeps GPUs for the oldest late ones where that is set', () => {
    const requests = [
      aRequest({ id: 'late1', arrivalMs: -3000, deadlineMs: -100 }),
      aRequest({ id: 'late2', arrivalMs: -2000, deadlineMs: -100 }),
      aRequest({ id: 'fine', arrivalMs: -10, deadlineMs: 5000 }),
    ]
    const lateGpus = (count: number) => ({ settings: { ...DEFAULT_SERVING_SETTINGS, lateGpus: count } })
    expect(whoRuns(aSnapshot(requests, two, lateGpus(1)))).toEqual(['late1', 'fine'])
    expect(whoRuns(aSnapshot(requests, two, lateGpus(2)))).toEqual(['late1', 'late2'])
  })

  it('[S28] while one beyond the bound waits, nobody else starts', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, fc.integer({ min: 0, max: 2000 }), (given, starvationMs) => {
        const snapshot = { ...given, settings: { ...settings, starvationMs } }
        const owed = snapshot.requests
          .filter(({ deadlineMs, busyUntilMs }) => busyUntilMs === undefined && -deadlineMs >= starvationMs)
          .filter((request) => decideRuleOf(snapshot, request.id) !== 'promised')
        const { runs, waits } = decide(snapshot)
        const waiting = owed.filter(({ id }) => waits.has(id))
        for (const run of waiting.length > 0 ? runs : []) expect(run.rule).toBe('S28')
      }),
      { numRuns: 200 },
    )
  })
})

/** Past its deadline nothing is promised, so owed requests are late ones by definition. */
function decideRuleOf(snapshot: ServingSnapshot, id: string): string {
  return snapshot.requests.find((request) => request.id === id)!.deadlineMs > 0 ? 'promised' : 'late'
}
