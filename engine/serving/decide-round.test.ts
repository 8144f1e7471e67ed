import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitrarySnapshot } from '../../test/builders/arbitrary-serving'
import { aRequest, aSnapshot, aStartedRequest } from '../../test/builders/serving'
import { decideRound } from './decide-round'
import type { RunAction, ServingPlan, WaitAction } from './plan'
import { POLICY_NAMES } from './policies/registry'

const runsOf = (plan: ServingPlan): RunAction[] =>
  plan.actions.filter((action): action is RunAction => 'requests' in action)
const waitsOf = (plan: ServingPlan): WaitAction[] =>
  plan.actions.filter((action): action is WaitAction => 'request' in action)

describe.each(POLICY_NAMES)('decideRound under %s', (policy) => {
  it('[S1] has everyone at a boundary exactly once and nobody inside a step', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, (snapshot) => {
        const plan = decideRound(snapshot, policy, 0)
        const named = plan.actions.flatMap((action) =>
          'requests' in action ? action.requests : [action.request],
        )
        const free = snapshot.requests
          .filter(({ busyUntilMs }) => busyUntilMs === undefined)
          .map(({ id }) => id)
        expect([...named].sort()).toEqual([...free].sort())
        for (const { receipt } of plan.actions) expect(receipt.message).toMatch(/^[A-Z].*\.$/)
      }),
      { numRuns: 150 },
    )
  })

  it('[S2] gives a free GPU once, groups inside a node, profiled modes only', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, (snapshot) => {
        const given = new Set<number>()
        for (const run of runsOf(decideRound(snapshot, policy, 0))) {
          for (const gpu of run.gpus) {
            expect(given.has(gpu)).toBe(false)
            expect(snapshot.gpus[gpu]!.busyUntilMs).toBeLessThanOrEqual(0)
            given.add(gpu)
          }
          expect(new Set(run.gpus.map((gpu) => snapshot.gpus[gpu]!.node)).size).toBe(1)
          const members = run.requests.map((id) => snapshot.requests.find((request) => request.id === id)!)
          expect(new Set(members.map(({ shape, stage }) => `${shape.key} ${stage}`)).size).toBe(1)
          expect(run.phase).toBe(members[0]!.stage)
          expect(run).toMatchObject({ sp: run.gpus.length, batch: members.length })
          if (run.phase !== 'denoise') expect(run.gpus).toHaveLength(1)
          const { modes } = members[0]!.shape
          const width = run.phase === 'denoise' ? run.sp : modes[0]!.sp
          expect(modes.some(({ sp, batch }) => sp === width && batch === run.batch)).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('[S3] does not depend on the order of requests, on state or on chance', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, fc.infiniteStream(fc.nat()), (snapshot, order) => {
        const shuffled = snapshot.requests
          .map((request) => ({ request, key: order.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ request }) => request)
        const plan = decideRound(snapshot, policy, 0)
        expect(decideRound(snapshot, policy, 0)).toEqual(plan)
        expect(decideRound({ ...snapshot, requests: shuffled }, policy, 0)).toEqual(plan)
      }),
      { numRuns: 80 },
    )
  })

  it('[S1] leaves no GPU idle beside a request that fits it', () => {
    const requests = ['a', 'b', 'c'].map((id) => aRequest({ id }))
    expect(runsOf(decideRound(aSnapshot(requests, [0, 0]), policy, 0))).toHaveLength(2)
  })

  it('[S1] has nothing to do without requests', () => {
    expect(decideRound(aSnapshot([], [0]), policy, 0).actions).toEqual([])
  })
})

describe('what a plan says', () => {
  it('[S1] names the kind of every run', () => {
    const kindOf = (request: Parameters<typeof aStartedRequest>[0], gpus = 1): string => {
      const view = aStartedRequest(request)
      const [run] = runsOf(decideRound(aSnapshot([view], new Array(gpus).fill(0)), 'alto', 100))
      return run!.kind
    }
    expect(kindOf({ gpus: [0], lastEndMs: 100 })).toBe('continue')
    expect(kindOf({ gpus: [0], lastEndMs: 60 })).toBe('resume')
    expect(kindOf({ shape: 'high', gpus: [0], lastEndMs: 100 }, 2)).toBe('resize')
    const fresh = runsOf(decideRound(aSnapshot([aRequest()], [0]), 'alto', 0))
    expect(fresh[0]).toMatchObject({ kind: 'start', phase: 'encode', gpus: [0], sp: 1, batch: 1 })
    expect(fresh[0]!.receipt).toEqual({
      code: 'started',
      message: 'Started on 1 GPU.',
      requested: 1,
      available: 1,
    })
  })

  it('[S5] says after which step a pause came and who goes first', () => {
    const video = aStartedRequest({ id: 'v', shape: 'high', gpus: [0], lastEndMs: 100, deadlineMs: 90_000 })
    const image = aRequest({ id: 'i', shape: 'small', arrivalMs: 90, deadlineMs: 400 })
    const plan = decideRound(aSnapshot([video, image], [0]), 'alto', 100)
    expect(waitsOf(plan)).toMatchObject([
      {
        kind: 'pause',
        request: 'v',
        afterStep: 3,
        gaveWayTo: ['i'],
        receipt: { code: 'gpus-busy', requested: 1, available: 0 },
      },
    ])
    expect(waitsOf(plan)[0]!.receipt.message).toBe(
      'Paused after step 3. i goes first. No step lost. Needs 1 GPU: all are taken by requests that go first.',
    )
  })

  it('[S1] tells a request that cannot make it from one that waits its turn', () => {
    const first = aRequest({ id: 'a', deadlineMs: 1100 })
    const second = aRequest({ id: 'b', arrivalMs: 1, deadlineMs: 500 })
    const plan = decideRound(aSnapshot([first, second], [0]), 'alto', 1)
    expect(waitsOf(plan)).toMatchObject([
      { kind: 'set-aside', request: 'b', receipt: { code: 'cannot-make-it' } },
    ])
    expect(waitsOf(plan)[0]!.receipt.message).toBe(
      'Cannot make it: it is due in 0.5 s and no degree is fast enough. It runs when GPUs are idle.',
    )
  })
})
