import { describe, expect, it } from 'vitest'
import { KEEP_ALL } from '../../../test/builders/tuning-snapshot'
import type { ClusterTrace, TraceSweep } from './cluster-trace'
import { EventQueue } from './event-queue'
import { simulateCluster } from './simulate-cluster'
import { syntheticPoints } from './synthetic-losses'

const MODEL = {
  baseSeconds: 1,
  secondsPerToken: 0.1,
  gpusPerExecutor: 1,
  memory: { backboneBytes: 1e9, bytesPerRank: 0, bytesPerToken: 0, bytesPerLogit: 0, vocabulary: 0 },
}

function sweep(id: string, runs: number, over: Partial<TraceSweep> = {}): TraceSweep {
  return {
    id,
    arrival: 0,
    gpus: 1,
    spread: true,
    priority: 0,
    project: 'p',
    model: 'm',
    maxLength: 10,
    trainSamples: 20,
    epochs: 1,
    evaluations: 2,
    seed: 0,
    runs: Array.from({ length: runs }, (_, index) => ({
      id: `${id}/r${index}`,
      params: { learning_rate: 1e-4, rank: 8, batch_size: 2 },
      fullSamples: 20,
      points: [
        { step: 5, samples: 10, trainLoss: 2, valLoss: 2 - index / 10 },
        { step: 10, samples: 20, trainLoss: 1, valLoss: 1 - index / 10 },
      ],
    })),
    ...over,
  }
}

function trace(sweeps: TraceSweep[], over: Partial<ClusterTrace> = {}): ClusterTrace {
  return {
    nodes: [{ id: 'n0', gpus: 1, memoryBytes: 80e9 }],
    models: { m: MODEL },
    sweeps,
    nodeEvents: [],
    startSeconds: 4,
    moveSeconds: 6,
    ...over,
  }
}
const run = (of: ClusterTrace, policy = KEEP_ALL) => simulateCluster(of, policy, { name: 'none' })

describe('simulateCluster', () => {
  it('[F4] a step takes the tokens of all who train: by hand', () => {
    // Alone: 4 s of start, then 10 steps of 1 + 0.1 · 20 s. Two together: steps of 1 + 0.1 · 40 s.
    expect(run(trace([sweep('s', 1)])).makespan).toBeCloseTo(34, 9)
    const two = run(trace([sweep('s', 2)]))
    expect(two.makespan).toBeCloseTo(54, 9)
    expect(two).toMatchObject({ events: 5, stuck: [], slotsBusy: 1 })
    expect(two.gpuBusy).toBeCloseTo(50 / 54, 9)
    expect(two.sweeps[0]).toEqual({
      id: 's',
      arrival: 0,
      start: 0,
      end: two.makespan,
      samplesUsed: 40,
      samplesFull: 40,
      bestValLoss: 0.9,
    })
  })

  it('[K6] a freed slot is filled at once: three runs in two slots', () => {
    const policy = { ...KEEP_ALL, maxSlots: 2 }
    // 50 s for the first two, 30 s for the third alone.
    const result = run(trace([sweep('s', 3)]), policy)
    expect(result.makespan).toBeCloseTo(84, 9)
    expect(result.slotsBusy).toBe(1)
  })

  it('[P1] sweeps one after the other on one GPU, each with its own start', () => {
    const result = run(trace([sweep('a', 1, { arrival: 7 }), sweep('b', 1, { arrival: 8 })]), {
      ...KEEP_ALL,
      lend: false,
    })
    expect(result.sweeps.map(({ start, end }) => [start, Math.round(end!)])).toEqual([
      [7, 41],
      [41, 75],
    ])
  })

  it('[K7] a lent slot lets the second sweep train beside the first', () => {
    const first = sweep('a', 3)
    const lent = run(trace([first, sweep('b', 1, { arrival: 1 })]), { ...KEEP_ALL, maxSlots: 3 })
    const apart = run(trace([first, sweep('b', 1, { arrival: 1 })]), {
      ...KEEP_ALL,
      maxSlots: 3,
      lend: false,
    })
    expect(lent.stuck).toEqual([])
    expect(lent.makespan).toBeLessThanOrEqual(apart.makespan)
  })

  it('[P4] runs of a lost node go on from their last evaluation when it is back', () => {
    const events = [
      { node: 'n0', at: 25, state: 'lost' as const },
      { node: 'n0', at: 100, state: 'alive' as const },
    ]
    // At 19 s it was evaluated after 5 steps; 5 steps are left at 100 s, and 4 s of start.
    const result = run(trace([sweep('s', 1)], { nodeEvents: events }))
    expect(result.makespan).toBeCloseTo(119, 9)
    expect(result.sweeps[0]).toMatchObject({ samplesUsed: 20 })
  })

  it('[P21] an urgent sweep parks a long one, which comes back and ends', () => {
    const points = [{ step: 1000, samples: 2000, trainLoss: 1, valLoss: 1 }]
    const long = sweep('long', 1, {
      trainSamples: 2000,
      runs: [
        { id: 'long/r0', params: { learning_rate: 1, rank: 1, batch_size: 2 }, fullSamples: 2000, points },
      ],
    })
    const result = run(trace([long, sweep('urgent', 1, { arrival: 100, priority: 5 })]), {
      ...KEEP_ALL,
      lend: false,
    })
    expect(result.sweeps.map(({ id, start, end }) => [id, start, Math.round(end!)])).toEqual([
      // Parked at 100 s after 96 s of training; restored at 134 s in 4 + 6 s, then the rest of 3000 s.
      ['long', 0, 3048],
      ['urgent', 100, 134],
    ])
  })
})

describe('EventQueue', () => {
  it('[K12] one total order: time, kind, sequence', () => {
    const queue = new EventQueue<{ time: number; kind: number; name: string }>()
    const events = [
      { time: 2, kind: 0, name: 'e' },
      { time: 1, kind: 1, name: 'c' },
      { time: 1, kind: 0, name: 'a' },
      { time: 1, kind: 1, name: 'd' },
      { time: 1, kind: 0, name: 'b' },
    ]
    for (const event of events) queue.push(event)
    expect(queue.peek()?.name).toBe('a')
    expect(queue.size).toBe(5)
    expect(Array.from({ length: 6 }, () => queue.pop()?.name)).toEqual(['a', 'b', 'c', 'd', 'e', undefined])
  })

  it('[K12] sorts any events', () => {
    const queue = new EventQueue<{ time: number; kind: number }>()
    const times = Array.from({ length: 200 }, (_, i) => (i * 7919) % 101)
    for (const time of times) queue.push({ time, kind: 0 })
    const popped = times.map(() => queue.pop()!.time)
    expect(popped).toEqual([...times].sort((a, b) => a - b))
  })
})

describe('syntheticPoints', () => {
  const losses = { bestRate: 1e-4, floor: 1, perOctave2: 0.1, drop: 2, exponent: 0.5, noise: 0, luck: 0 }
  const params = (learning_rate: number) => ({ learning_rate, rank: 16, batch_size: 1 })
  const last = (learning_rate: number, over = {}) =>
    syntheticPoints({ ...losses, ...over }, params(learning_rate), 100, 4, 1, 'x').at(-1)!

  it('[K12] the floor grows with the squared octaves from the best rate, and seeds repeat', () => {
    const fall = 2 * 41 ** -0.5
    expect(last(1e-4)).toMatchObject({ step: 100, samples: 100 })
    expect(last(1e-4).valLoss).toBeCloseTo(1 + fall, 9)
    expect(last(4e-4).valLoss).toBeCloseTo(1.4 + fall, 9)
    expect(last(4e-4, { divergesAbove: 1 }).valLoss).toBeCloseTo(1.4 + fall + 8, 9)
    expect(last(4e-4, { divergesAbove: 3 }).valLoss).toBeCloseTo(1.4 + fall, 9)
    const noisy = { noise: 0.1 }
    expect(last(1e-4, noisy)).toEqual(last(1e-4, noisy))
  })
})
