import { describe, expect, it } from 'vitest'
import { aTraceRequest, smallTimes } from '../../../test/builders/serving'
import { checkCausality } from './check-causality'
import { checkLog } from './check-log'
import { type HeldInterval, isFinished, type ServingLogEvent } from './log'
import { simulateServing } from './simulate'

const trace = [
  aTraceRequest({ id: 'v', resolution: 'high', steps: 6, deadlineMs: 2600 }),
  aTraceRequest({ id: 'w', steps: 1, deadlineMs: 140 }),
  aTraceRequest({ id: 'i', kind: 'image', resolution: 's', steps: 3, arrivalMs: 60, deadlineMs: 400 }),
]
const nodeOfGpu = [0, 0, 1]
const { log } = simulateServing({ times: smallTimes, trace, nodeOfGpu, policy: 'alto' })

/** What the checker says about a log in which the intervals that `pick` names were changed. */
function problemsAfter(
  pick: (event: HeldInterval) => boolean,
  change: (event: HeldInterval) => Partial<HeldInterval>,
): string[] {
  let changed = 0
  const events = log.map((event): ServingLogEvent => {
    if (isFinished(event) || !pick(event) || changed > 0) return event
    changed++
    return { ...event, ...change(event) }
  })
  expect(changed).toBe(1)
  return checkLog({ log: events, trace, times: smallTimes, nodeOfGpu })
}

const stepOf = (id: string) => (event: HeldInterval) =>
  event.phase === 'denoise' && event.requests.includes(id)
const encodeOf = (id: string) => (event: HeldInterval) =>
  event.phase === 'encode' && event.requests.includes(id)
const wideStep = (event: HeldInterval) => event.sp === 2

describe('checkLog', () => {
  it('[S4] accepts what the simulator did, with a change of degree in it', () => {
    expect(log.some((event) => !isFinished(event) && event.sp === 2)).toBe(true)
    expect(checkLog({ log, trace, times: smallTimes, nodeOfGpu })).toEqual([])
  })

  it.each<[string, ReturnType<typeof stepOf>, (event: HeldInterval) => Partial<HeldInterval>, RegExp]>([
    ['a step that is too short', stepOf('v'), ({ endMs }) => ({ endMs: endMs - 1 }), /took .* instead of/],
    ['a step on a busy GPU', stepOf('i'), () => ({ gpus: [0] }), /GPU 0 is held twice/],
    ['a GPU that is not there', stepOf('v'), () => ({ gpus: [7] }), /does not exist/],
    ['a group across nodes', wideStep, () => ({ gpus: [0, 2] }), /spans nodes/],
    ['a group on fewer GPUs than its degree', wideStep, () => ({ gpus: [0] }), /says SP 2 on 1 GPUs/],
    ['a batch that is not one', stepOf('v'), () => ({ batch: 2 }), /says batch 2/],
    ['a shared step of two shapes', stepOf('v'), () => ({ requests: ['v', 'w'], batch: 2 }), /mixes shapes/],
    [
      'a batch that names one twice',
      stepOf('i'),
      () => ({ requests: ['i', 'i'], batch: 2 }),
      /names a request twice/,
    ],
    ['an encode on two GPUs', encodeOf('v'), () => ({ gpus: [0, 1], sp: 2 }), /is not on one GPU/],
    ['an encode that does steps', encodeOf('v'), () => ({ steps: 1 }), /says 1 steps/],
    ['a step that does none', stepOf('v'), () => ({ steps: 0 }), /says 0 steps/],
    ['two steps in the time of one', stepOf('v'), () => ({ steps: 2 }), /took .* instead of/],
    ['someone who was never sent', stepOf('v'), () => ({ requests: ['x'] }), /not in the trace/],
    ['a degree that was not profiled', wideStep, () => ({ gpus: [0, 1, 1], sp: 3 }), /was not profiled/],
    [
      'a start before the arrival',
      encodeOf('i'),
      () => ({ startMs: 50, endMs: 55 }),
      /runs before it arrives/,
    ],
    [
      'a second encode',
      stepOf('w'),
      ({ startMs }) => ({ phase: 'encode', steps: 0, endMs: startMs + 10 }),
      /encoded 2 times/,
    ],
    [
      'a switch that costs nothing',
      (event) => wideStep(event) && event.requests.includes('v'),
      ({ startMs, endMs }) => ({ startMs: startMs - 3, endMs: endMs - 3 }),
      /v goes on at .* instead of [35] ms or more/,
    ],
    [
      'a decode before the last step',
      (event) => event.phase === 'decode' && event.requests.includes('v'),
      () => ({ startMs: 20, endMs: 70 }),
      /phases out of order/,
    ],
  ])('[S8] [S2] finds %s', (_, pick, change, sentence) => {
    expect(problemsAfter(pick, change).join(' ')).toMatch(sentence)
  })

  it('[S4] finds lost steps, missing decodes and wrong ends', () => {
    const check = (events: readonly ServingLogEvent[]) =>
      checkLog({ log: events, trace, times: smallTimes, nodeOfGpu }).join(' ')
    const lost = log.find((event) => !isFinished(event) && stepOf('v')(event))
    expect(check(log.filter((event) => event !== lost))).toMatch(
      /v ended after 1 encodes, 5 of 6 steps, 1 decodes/,
    )
    const decode = log.find((event) => !isFinished(event) && event.phase === 'decode')
    expect(check(log.filter((event) => event !== decode))).toMatch(/0 decodes/)
    const ends = (change: (ms: number) => number) =>
      log.map((event) => (isFinished(event) ? { ...event, finishedMs: change(event.finishedMs) } : event))
    expect(check(ends((ms) => ms + 1))).toMatch(/v ended at .* its decode at/)
    expect(check([...log, { finishedMs: 9000, request: 'v' }])).toMatch(/v ended twice/)
    expect(check([...log, { finishedMs: 9000, request: 'x' }])).toMatch(/x ended but is not in the trace/)
    expect(check(log.filter((event) => !isFinished(event)))).toMatch(/v did everything and never ended/)
    const twice = log.flatMap((event) =>
      !isFinished(event) && stepOf('w')(event) ? [event, event] : [event],
    )
    expect(check(twice)).toMatch(/w runs 2 of 1 steps/)
    expect(check([])).toBe('')
  })

  it('[S7] finds a move to another leader that costs nothing', () => {
    const moved = { ...trace[1]!, id: 'm', steps: 2 }
    const step = (startMs: number, gpu: number): HeldInterval => {
      return {
        startMs,
        endMs: startMs + 100,
        gpus: [gpu],
        requests: ['m'],
        phase: 'denoise',
        steps: 1,
        sp: 1,
        batch: 1,
      }
    }
    const encode: HeldInterval = { ...step(0, 0), endMs: 10, phase: 'encode', steps: 0 }
    const check = (second: HeldInterval) =>
      checkLog({ log: [encode, step(10, 0), second], trace: [moved], times: smallTimes, nodeOfGpu })
    expect(check(step(110, 0))).toEqual([])
    expect(check(step(111, 1)).join()).toMatch(/instead of 2 ms or more/)
    expect(check(step(112, 1))).toEqual([])
  })
})

describe('checkCausality', () => {
  const end = (id: string, finishedMs: number): ServingLogEvent => ({ request: id, finishedMs })

  it('[S6] finds a log that changes when later arrivals are taken out', () => {
    const clairvoyant = (some: readonly { id: string }[]) => [end('v', some.length > 2 ? 30 : 40)]
    expect(checkCausality(clairvoyant, trace, 60)).toMatch(
      /^Before 60 ms the log has .*30.* with later arrivals and .*40/,
    )
  })

  it('[S6] finds an event that only one of both logs has', () => {
    const extra = (some: readonly { id: string }[]) => (some.length > 2 ? [end('v', 30)] : [])
    expect(checkCausality(extra, trace, 60)).toMatch(/and nothing without/)
  })

  it('[S6] looks at nothing from the cut on', () => {
    const honest = (some: readonly { id: string }[]) => [end('v', 30), end('i', some.length > 2 ? 60 : 70)]
    expect(checkCausality(honest, trace, 60)).toBeUndefined()
  })
})
