import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNodes, arbitraryTrace } from '../../../test/builders/arbitrary-serving'
import { aTraceRequest, smallTimes } from '../../../test/builders/serving'
import { POLICY_NAMES, type PolicyName } from '../../serving/policies/registry'
import { checkCausality } from './check-causality'
import { checkLog } from './check-log'
import { type HeldInterval, isFinished } from './log'
import { type SimulationInput, simulateServing } from './simulate'

const run = (input: Partial<SimulationInput> & Pick<SimulationInput, 'trace'>) =>
  simulateServing({ times: smallTimes, nodeOfGpu: [0], policy: 'fcfs', ...input })

const intervals = (result: ReturnType<typeof run>): HeldInterval[] =>
  result.log.filter((event): event is HeldInterval => !isFinished(event))

describe.each(POLICY_NAMES)('a simulation under %s', (policy) => {
  it('[S4] [S8] ends every request with every step done once, in a log that the checker accepts', () => {
    fc.assert(
      fc.property(arbitraryTrace, arbitraryNodes, (trace, nodeOfGpu) => {
        const { log, outcomes } = run({ trace, nodeOfGpu, policy })
        expect(checkLog({ log, trace, times: smallTimes, nodeOfGpu })).toEqual([])
        expect(outcomes.filter(({ finishedMs }) => finishedMs === null)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('[S6] decides nothing from what arrives later', () => {
    fc.assert(
      fc.property(arbitraryTrace, arbitraryNodes, fc.nat(), (trace, nodeOfGpu, at) => {
        const cutMs = trace[at % trace.length]!.arrivalMs
        const log = (some: typeof trace) => run({ trace: some, nodeOfGpu, policy }).log
        expect(checkCausality((some) => log([...some]), trace, cutMs)).toBeUndefined()
      }),
      { numRuns: 40 },
    )
  })

  it('[S3] gives the same log twice', () => {
    const trace = fc.sample(arbitraryTrace, { numRuns: 1, seed: 7 })[0]!
    const nodeOfGpu = [0, 0, 1, 1]
    expect(run({ trace, nodeOfGpu, policy }).log).toEqual(run({ trace, nodeOfGpu, policy }).log)
  })
})

describe('simulateServing', () => {
  it('[S8] logs each phase and each step with its profiled length', () => {
    const result = run({ trace: [aTraceRequest({ steps: 2 })] })
    expect(result.log).toEqual([
      { startMs: 0, endMs: 10, gpus: [0], requests: ['r'], phase: 'encode', steps: 0, sp: 1, batch: 1 },
      { startMs: 10, endMs: 110, gpus: [0], requests: ['r'], phase: 'denoise', steps: 1, sp: 1, batch: 1 },
      { startMs: 110, endMs: 210, gpus: [0], requests: ['r'], phase: 'denoise', steps: 1, sp: 1, batch: 1 },
      { startMs: 210, endMs: 230, gpus: [0], requests: ['r'], phase: 'decode', steps: 0, sp: 1, batch: 1 },
      { finishedMs: 230, request: 'r' },
    ])
  })

  it('[S7] charges a resume after a pause, and counts the pause', () => {
    const trace = [
      aTraceRequest({ id: 'long', steps: 4, deadlineMs: 5000 }),
      aTraceRequest({ id: 'soon', kind: 'image', resolution: 's', steps: 1, arrivalMs: 50, deadlineMs: 300 }),
    ]
    const result = run({ trace, policy: 'edf' })
    const steps = intervals(result).filter(
      ({ phase, requests }) => phase === 'denoise' && requests[0] === 'long',
    )
    // One step from 10 to 110, the image until 130, then 2 ms to resume.
    expect(steps.map(({ startMs }) => startMs)).toEqual([10, 132, 232, 332])
    expect(result.preemptions).toBe(1)
    expect(result.spChanges).toBe(0)
  })

  it('[S7] charges a switch where the degree changes, and counts it', () => {
    // A high video widens to both GPUs when the other one ends.
    const trace = [
      aTraceRequest({ id: 'wide', resolution: 'high', steps: 6, deadlineMs: 2600 }),
      aTraceRequest({ id: 'brief', steps: 1, deadlineMs: 140 }),
    ]
    const result = run({ trace, nodeOfGpu: [0, 0], policy: 'alto' })
    const steps = intervals(result).filter(
      ({ phase, requests }) => phase === 'denoise' && requests[0] === 'wide',
    )
    const change = steps.findIndex(({ sp }, index) => index > 0 && sp !== steps[index - 1]!.sp)
    expect(steps[change]).toMatchObject({ sp: 2, startMs: steps[change - 1]!.endMs + 3 })
    expect(result.spChanges).toBe(1)
  })

  it('[S6] sees at one instant the GPU that an end frees and the request that arrives', () => {
    const trace = [aTraceRequest({ id: 'first', steps: 1 }), aTraceRequest({ id: 'next', arrivalMs: 130 })]
    const started = intervals(run({ trace })).find(({ requests }) => requests[0] === 'next')
    expect(started).toMatchObject({ startMs: 130, phase: 'encode' })
  })

  it('[S6] takes a trace in any order and keeps the outcomes in it', () => {
    const trace = [aTraceRequest({ id: 'late', arrivalMs: 500 }), aTraceRequest({ id: 'early' })]
    const { outcomes } = run({ trace })
    expect(outcomes.map(({ request }) => request.id)).toEqual(['late', 'early'])
    expect(outcomes[0]!.finishedMs!).toBeGreaterThan(outcomes[1]!.finishedMs!)
  })

  it('[S1] measures rounds with the clock that it is given and only with it', () => {
    let at = 0
    const clock = () => at++
    const { solveMs, rounds } = run({ trace: [aTraceRequest({ steps: 2 })], clock })
    expect(rounds).toBe(5)
    expect(solveMs).toEqual({ mean: 1, max: 1 })
    expect(run({ trace: [aTraceRequest()] }).solveMs).toEqual({ mean: 0, max: 0 })
  })

  it('[S35] refuses a request whose shape was not profiled', () => {
    expect(() => run({ trace: [aTraceRequest({ resolution: 'huge' })] })).toThrow(
      /^r: the profile has no times/,
    )
  })
})

describe('starvation in a simulation', () => {
  const images = Array.from({ length: 100 }, (_, index) => {
    const arrivalMs = 100 * index
    return aTraceRequest({
      id: `i${index}`,
      kind: 'image',
      resolution: 's',
      arrivalMs,
      deadlineMs: arrivalMs + 250,
    })
  })
  const trace = [aTraceRequest({ id: 'video', steps: 10, deadlineMs: 500 }), ...images]
  const videoEnd = (starvationMs: number): number => {
    const { outcomes } = run({ trace, policy: 'alto', settings: { starvationMs } })
    return outcomes[0]!.finishedMs!
  }

  it('[S28] without a bound a late video waits until nobody else is left; with one it ends soon after it', () => {
    expect(videoEnd(Number.POSITIVE_INFINITY)).toBeGreaterThan(9000)
    // 500 ms of deadline, the bound, at most its whole work, the image step under way and a resume.
    expect(videoEnd(2000)).toBeLessThanOrEqual(500 + 2000 + 1030 + 10 + 2)
    expect(videoEnd(0)).toBeLessThanOrEqual(500 + 1030 + 10 + 2)
  })
})

describe('the order of published policies', () => {
  const trace = [
    aTraceRequest({ id: 'a-high', resolution: 'high', steps: 5, arrivalMs: 0, deadlineMs: 2300 }),
    aTraceRequest({ id: 'b-low', steps: 9, arrivalMs: 1, deadlineMs: 5000 }),
    aTraceRequest({
      id: 'c-image',
      kind: 'image',
      resolution: 's',
      steps: 10,
      arrivalMs: 2,
      deadlineMs: 3500,
    }),
  ]
  const ends = (policy: PolicyName, gpus = 1): string[] => {
    const { log } = run({ trace, policy, nodeOfGpu: new Array<number>(gpus).fill(0) })
    return log.filter(isFinished).map(({ request }) => request)
  }

  it('[S10] fcfs ends them as they came', () => {
    expect(ends('fcfs')).toEqual(['a-high', 'b-low', 'c-image'])
  })

  it('[S11] sjf ends what runs, then the shortest', () => {
    expect(ends('sjf')).toEqual(['a-high', 'c-image', 'b-low'])
  })

  it('[S12] edf ends the earliest deadline first', () => {
    expect(ends('edf')).toEqual(['a-high', 'c-image', 'b-low'])
  })

  it('[S13] srtf pauses the long one for both shorter ones', () => {
    expect(ends('srtf')).toEqual(['c-image', 'b-low', 'a-high'])
  })

  it('[S14] least-slack goes by what is left, not by the deadline alone', () => {
    // Slack at 410 ms: high 2300 − 410 − 1650 = 240, image 3500 − 410 − 110, low 5000 − 410 − 930.
    expect(ends('least-slack')[0]).toBe('a-high')
    const tight = trace.map((request) =>
      request.id === 'b-low' ? { ...request, deadlineMs: 1400 } : request,
    )
    const { log } = run({ trace: tight, policy: 'least-slack' })
    expect(log.filter(isFinished)[0]!.request).toBe('b-low')
  })

  it('[S15] rasp gives high videos their static degree and lets nobody overtake a blocked one', () => {
    const blocked = [
      aTraceRequest({ id: 'low', steps: 10 }),
      aTraceRequest({ id: 'high', resolution: 'high', steps: 2, arrivalMs: 1 }),
      aTraceRequest({ id: 'image', kind: 'image', resolution: 's', arrivalMs: 2 }),
    ]
    const result = run({ trace: blocked, policy: 'rasp', nodeOfGpu: [0, 0, 0, 0] })
    const first = (id: string) =>
      intervals(result).find(({ requests, phase }) => requests[0] === id && phase === 'denoise')!
    expect(first('high').sp).toBe(4)
    expect(first('high').startMs).toBe(1030)
    expect(first('image').startMs).toBeGreaterThanOrEqual(1030)
  })
})
