import { describe, expect, it } from 'vitest'
import { aRequest, aSnapshot, aStartedRequest } from '../../../test/builders/serving'
import { decideRound } from '../decide-round'
import type { RunAction } from '../plan'
import type { RequestView, ServingSnapshot } from '../snapshot'
import type { PolicyName } from './registry'

function runsOf(policy: PolicyName, snapshot: ServingSnapshot): RunAction[] {
  const { actions } = decideRound(snapshot, policy, 0)
  return actions.filter((action): action is RunAction => 'requests' in action)
}

const image = (id: string, deadlineMs: number): RequestView => aRequest({ id, shape: 'small', deadlineMs })
/** In its steps, three of ten done, paused unless it ended its last step now. */
const video = (
  id: string,
  shape: 'low' | 'high',
  deadlineMs: number,
  given: Partial<RequestView> = {},
): RequestView => {
  return { ...aStartedRequest({ id, shape, deadlineMs, gpus: [0], lastEndMs: -50 }), ...given }
}

describe('tetriserve', () => {
  const run = (requests: RequestView[], gpus = 1) =>
    runsOf('tetriserve', aSnapshot(requests, new Array(gpus).fill(0)))

  it('[S16] asks for the degree of least GPU time that meets the deadline', () => {
    // Beside it another one, so that no GPU idles. 7 steps: 2850 at SP 1, 1450 at SP 2, 820 at SP 4.
    const degreeAt = (deadlineMs: number) => {
      const others = ['x', 'y', 'z'].map((id) => video(id, 'low', 90_000, { gpus: [1] }))
      const runs = run([video('v', 'high', deadlineMs), ...others], 4)
      return runs.find(({ requests }) => requests[0] === 'v')?.sp
    }
    expect(degreeAt(2850)).toBe(1)
    expect(degreeAt(2849)).toBe(2)
    expect(degreeAt(1449)).toBe(4)
  })

  it('[S16] leaves as few as possible surely late: two that fit beside each other before one that needs both', () => {
    const pressing = [video('wide', 'high', 1500), video('a', 'low', 800), video('b', 'low', 800)]
    expect(run(pressing, 2).flatMap(({ requests }) => requests)).toEqual(['a', 'b'])
  })

  it('[S16] values holding: who can still be on time one longest step later gives way', () => {
    const patient = video('patient', 'low', 1400)
    const pressing = video('pressing', 'low', 1500, {
      stepsDone: 0,
      stage: 'encode',
      lastEndMs: undefined,
      gpus: [],
    })
    expect(run([patient, pressing]).flatMap(({ requests }) => requests)).toEqual(['patient'])
    const now = video('now', 'low', 1031, { stepsDone: 0, stage: 'encode', lastEndMs: undefined, gpus: [] })
    expect(run([{ ...patient, deadlineMs: 1000 }, now]).flatMap(({ requests }) => requests)).toEqual(['now'])
  })

  it('[S16] serves late ones last and widens with what would idle', () => {
    const late = video('late', 'low', -5)
    const fine = video('fine', 'low', 60_000)
    expect(run([late, fine]).flatMap(({ requests }) => requests)).toEqual(['fine'])
    expect(run([late], 2)[0]).toMatchObject({ requests: ['late'], sp: 2 })
  })
})

describe('genserve', () => {
  const run = (requests: RequestView[], gpus = 1) =>
    runsOf('genserve', aSnapshot(requests, new Array(gpus).fill(0)))

  it('[S17] grows a batch in order of deadline while every member stays on time', () => {
    // A batch of 2 takes 6 + 160 + 8 = 174 ms, one of 4 takes 302 ms.
    expect(run([image('c', 900), image('a', 500), image('b', 600)])[0]!.requests).toEqual(['a', 'b'])
    expect(run([image('a', 173), image('b', 600)])[0]!.requests).toEqual(['a'])
    const four = (deadlineMs: number) =>
      run(['a', 'b', 'c', 'd'].map((id) => image(id, deadlineMs)))[0]!.batch
    expect(four(302)).toBe(4)
    expect(four(301)).toBe(2)
  })

  it('[S17] keeps a batch together to its end', () => {
    const begun = ['a', 'b'].map((id) => {
      return aStartedRequest({ id, shape: 'small', deadlineMs: 50, gpus: [0], lastEndMs: 0 })
    })
    expect(run([...begun, image('c', 400)])[0]).toMatchObject({
      requests: ['a', 'b'],
      gpus: [0],
      phase: 'denoise',
    })
  })

  it('[S17] lets a video with slack give way to an image that can be on time, and not to one that cannot', () => {
    const running = video('v', 'low', 5000, { lastEndMs: 0 })
    expect(run([running, image('i', 400)])[0]!.requests).toEqual(['i'])
    expect(run([running, image('i', 100)])[0]!.requests).toEqual(['v'])
  })

  it('[S17] leaves encode and decode out of slack, as published', () => {
    // 7 steps of 100 ms: on time by the published slack at 700, in truth at 720.
    const doomed = video('doomed', 'low', 700)
    const fine = video('fine', 'low', 5000)
    expect(run([fine, doomed])[0]!.requests).toEqual(['doomed'])
    expect(run([fine, { ...doomed, deadlineMs: 699 }])[0]!.requests).toEqual(['fine'])
  })

  it('[S17] gives holding no value: the least distance to the deadline goes first', () => {
    const near = video('near', 'low', 1500)
    const far = video('far', 'low', 9000, { lastEndMs: 0 })
    expect(run([far, near])[0]!.requests).toEqual(['near'])
  })

  it('[S17] continues, widens and narrows a running video, and takes a set of one node only', () => {
    const alone = video('v', 'high', 2000, { lastEndMs: 0 })
    // Only SP 2 is on time: 7 × 200 ms.
    expect(run([alone], 2)[0]).toMatchObject({ requests: ['v'], sp: 2 })
    expect(runsOf('genserve', aSnapshot([alone], [0, 1]))[0]).toMatchObject({ sp: 1 })
    const wide = video('w', 'high', 60_000, { gpus: [0, 1], lastEndMs: 0 })
    const narrowed = run([wide, image('i', 400)], 2)
    expect(narrowed.find(({ requests }) => requests[0] === 'w')).toMatchObject({ sp: 1 })
    expect(narrowed.find(({ requests }) => requests[0] === 'i')).toBeDefined()
  })
})
