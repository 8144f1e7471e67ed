import fc from 'fast-check'
import type { RequestView, ServingSnapshot } from '../../engine/serving/snapshot'
import type { TraceRequest } from '../../engine/sim/serving/trace'
import { aRequest, aSnapshot, shapeOf } from './serving'

const kinds = [
  { kind: 'image', resolution: 's', frames: 1, isolatedMs: 110 },
  { kind: 'image', resolution: 'l', frames: 1, isolatedMs: 415 },
  { kind: 'video', resolution: 'low', frames: 9, isolatedMs: 1030 },
  { kind: 'video', resolution: 'high', frames: 9, isolatedMs: 4060 },
] as const

/** Traces of up to 25 requests that crowd a few GPUs; some can never be on time. */
export const arbitraryTrace: fc.Arbitrary<TraceRequest[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      gapMs: fc.constantFrom(0, 5, 40, 200, 1000),
      steps: fc.integer({ min: 1, max: 10 }),
      patience: fc.constantFrom(0.2, 0.8, 1.5, 4),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((drawn) => {
    let at = 0
    return drawn.map(({ kind: { isolatedMs, ...kind }, gapMs, steps, patience }, index) => {
      at += gapMs
      return { id: `r${index}`, arrivalMs: at, ...kind, steps, deadlineMs: at + patience * isolatedMs }
    })
  })

export const arbitraryNodes: fc.Arbitrary<number[]> = fc.constantFrom(
  [0],
  [0, 0],
  [0, 0, 0, 0],
  [0, 0, 1, 1],
  [0, 0, 0, 0, 1, 1, 1, 1],
)

/** Any state that a deployment can be in at time 0, whatever policy brought it there. */
export const arbitrarySnapshot: fc.Arbitrary<ServingSnapshot> = fc
  .tuple(
    arbitraryNodes,
    fc.array(
      fc.record({
        shape: fc.constantFrom('small', 'large', 'low', 'high'),
        state: fc.constantFrom('fresh', 'encoded', 'paused', 'ended', 'busy', 'decode'),
        arrivalMs: fc.integer({ min: -20, max: 0 }).map((value) => 100 * value),
        deadlineMs: fc.integer({ min: -20, max: 80 }).map((value) => 100 * value),
        stepsDone: fc.integer({ min: 1, max: 8 }),
        gpu: fc.nat(7),
        wide: fc.boolean(),
        weight: fc.constantFrom(1, 1, 3),
      }),
      { maxLength: 14 },
    ),
  )
  .map(([nodes, drawn]) => {
    const held = new Set<number>()
    const requests = drawn.map(
      ({ shape, state, gpu: drawnGpu, wide, stepsDone, ...given }, index): RequestView => {
        const gpu = drawnGpu % nodes.length
        const base = aRequest({ ...given, id: `r${index}`, shape })
        if (state === 'fresh') return base
        if (state === 'encoded') return { ...base, stage: 'denoise', gpus: [gpu], lastEndMs: -50 }
        const pair = wide && shapeOf(shape).kind === 'video' && nodes[gpu] === nodes[gpu + 1]
        const gpus = pair ? [gpu, gpu + 1] : [gpu]
        if (state === 'paused') return { ...base, stage: 'denoise', stepsDone, gpus, lastEndMs: -50 }
        if (state === 'decode')
          return { ...base, stage: 'decode', stepsDone: 10, gpus: [gpu], lastEndMs: -50 }
        if (gpus.some((one) => held.has(one))) return base
        for (const one of gpus) held.add(one)
        const running: RequestView = { ...base, stage: 'denoise', stepsDone, gpus, lastEndMs: 0 }
        return state === 'ended' ? running : { ...running, busyUntilMs: 30 + 10 * index }
      },
    )
    requests.sort((a, b) => a.arrivalMs - b.arrivalMs || (a.id < b.id ? -1 : 1))
    return aSnapshot(requests, nodes)
  })
