import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../random'
import type { PlanInstance, PlanTask } from './instance'
import { ListScheduler } from './list-schedule'
import { lowerBound } from './lower-bound'
import { type InstancePlan, planInstance, problemOf } from './plan-instance'

const EFFORT = { budget: 300 }

function task(id: string, gpus: number, duration: number, over: Partial<PlanTask> = {}): PlanTask {
  return { id, gpus, duration, release: 0, priority: 0, ...over }
}

/** Instances of all kinds; every task fits somewhere. */
function instances(tasks: number): fc.Arbitrary<PlanInstance> {
  return fc
    .record({
      sizes: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 }),
      spread: fc.boolean(),
      tasks: fc.array(
        fc.record({
          share: fc.double({ min: 0, max: 1, noNaN: true }),
          duration: fc.integer({ min: 1, max: 400 }).map((tenths) => tenths / 10),
          release: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
          priority: fc.integer({ min: 0, max: 2 }),
        }),
        { maxLength: tasks },
      ),
    })
    .map(({ sizes, spread, tasks }) => {
      const limit = spread ? sizes.reduce((sum, size) => sum + size, 0) : Math.max(...sizes)
      return {
        nodes: sizes.map((gpus, index) => ({ id: `n${index}`, gpus })),
        tasks: tasks.map(({ share, ...rest }, index) => ({
          id: `t${index}`,
          gpus: 1 + Math.floor(share * (limit - 1)),
          ...rest,
        })),
        spread,
      }
    })
}

/** Everything that makes a plan wrong, in words. */
function faults(instance: PlanInstance, plan: InstancePlan): string[] {
  const found: string[] = []
  const exist = new Set(
    instance.nodes.flatMap((node) => Array.from({ length: node.gpus }, (_, i) => `${node.id}/${i}`)),
  )
  const uses = new Map<string, { start: number; end: number; id: string }[]>()
  if (plan.placements.length !== instance.tasks.length) found.push('not every task once')
  for (const [index, { id, start, end, gpus }] of plan.placements.entries()) {
    const wanted = instance.tasks[index]!
    if (wanted.id !== id) found.push(`${id} stands for ${wanted.id}`)
    if (gpus.length !== wanted.gpus || new Set(gpus).size !== gpus.length) found.push(`${id}: gang not whole`)
    if (start < wanted.release) found.push(`${id}: before its release`)
    if (end !== start + wanted.duration) found.push(`${id}: wrong length`)
    if (!instance.spread && new Set(gpus.map((gpu) => gpu.split('/')[0])).size > 1)
      found.push(`${id}: on two nodes`)
    for (const gpu of gpus) {
      if (!exist.has(gpu)) found.push(`${id}: ${gpu} does not exist`)
      for (const other of uses.get(gpu) ?? []) {
        if (start < other.end && other.start < end) found.push(`${gpu}: ${id} and ${other.id} at once`)
      }
      uses.set(gpu, [...(uses.get(gpu) ?? []), { start, end, id }])
    }
  }
  const last = Math.max(0, ...plan.placements.map((placement) => placement.end))
  if (last !== plan.makespan) found.push(`makespan ${plan.makespan}, last end ${last}`)
  return found
}

/** The best makespan of all orders: one of them is optimal (rule P14). */
function optimum(instance: PlanInstance): number {
  const problem = problemOf(instance)
  const scheduler = new ListScheduler(problem)
  let best = Number.POSITIVE_INFINITY
  const visit = (order: number[], left: number[]): void => {
    if (left.length === 0) best = Math.min(best, scheduler.run(Int32Array.from(order)))
    for (const next of left)
      visit(
        [...order, next],
        left.filter((other) => other !== next),
      )
  }
  visit([], [...instance.tasks.keys()])
  return best
}

describe('planInstance', () => {
  it('[P15] no GPU twice, gangs whole, every task once, nothing before its release', () => {
    fc.assert(
      fc.property(instances(14), (instance) => {
        expect(faults(instance, planInstance(instance, EFFORT))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('[P10] the lower bound is never above the optimum', () => {
    fc.assert(
      fc.property(instances(5), (instance) => {
        expect(lowerBound(problemOf(instance))).toBeLessThanOrEqual(optimum(instance) * (1 + 1e-9))
      }),
      { numRuns: 400 },
    )
  })

  it('[P14] finds the optimum of small instances', () => {
    fc.assert(
      fc.property(instances(5), (instance) => {
        fc.pre(instance.spread || instance.nodes.length === 1)
        const plan = planInstance(instance, { budget: 2000 })
        expect(plan.makespan).toBeCloseTo(optimum(instance), 9)
      }),
      { numRuns: 60 },
    )
  })

  it('[P14] fills few wide nodes: within 3% of the bound', () => {
    const source = random('wide')
    const tasks = Array.from({ length: 60 }, (_, i) =>
      task(`t${i}`, 2 ** source.integer(7), 10 + source.integer(990)),
    )
    const nodes = ['a', 'b'].map((id) => ({ id, gpus: 64 }))
    const plan = planInstance({ nodes, tasks, spread: false }, { budget: 6000 })
    expect(plan.makespan).toBeLessThan(1.03 * plan.lowerBound)
  })

  it('[P16] the order of the input and a second call change nothing', () => {
    fc.assert(
      fc.property(instances(10), fc.integer(), (instance, seed) => {
        const plan = planInstance(instance, EFFORT)
        const turned = {
          ...instance,
          tasks: [...instance.tasks].sort(
            (a, b) => ((a.duration * 7919 + seed) % 13) - ((b.duration * 7919 + seed) % 13),
          ),
          nodes: [...instance.nodes].reverse(),
        }
        const other = planInstance(turned, EFFORT)
        const byId = (p: InstancePlan) =>
          Object.fromEntries(p.placements.map(({ id, ...rest }) => [id, rest]))
        expect(byId(other)).toEqual(byId(plan))
        expect(other.lowerBound).toBe(plan.lowerBound)
      }),
      { numRuns: 100 },
    )
  })

  it('[P8] higher priority starts first where it costs no makespan', () => {
    const instance = {
      nodes: [{ id: 'n0', gpus: 2 }],
      tasks: [task('low', 2, 10), task('high', 2, 5, { priority: 1 }), task('mid', 2, 7, { priority: 0.5 })],
      spread: true,
    }
    const plan = planInstance(instance, EFFORT)
    expect(plan.placements.map(({ id, start }) => [id, start])).toEqual([
      ['low', 12],
      ['high', 0],
      ['mid', 5],
    ])
    expect(plan).toMatchObject({ makespan: 22, lowerBound: 22, provenOptimal: true })
  })

  it('[P9] of two tasks of equal size the more urgent one starts first, and never before its release', () => {
    fc.assert(
      fc.property(instances(10), (instance) => {
        const { placements } = planInstance(instance, EFFORT)
        for (const [a, first] of instance.tasks.entries()) {
          for (const [b, second] of instance.tasks.entries()) {
            if (first.gpus !== second.gpus || first.duration !== second.duration) continue
            if (first.priority > second.priority && first.release <= placements[b]!.start) {
              expect(placements[a]!.start).toBeLessThanOrEqual(placements[b]!.start)
            }
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  it('[P3] a gang lies on one node where one has room, on as few as possible where none has', () => {
    const instance = {
      nodes: [
        { id: 'a', gpus: 4 },
        { id: 'b', gpus: 2 },
        { id: 'c', gpus: 3 },
      ],
      tasks: [task('pair', 2, 10), task('wide', 5, 10)],
      spread: true,
    }
    const [pair, wide] = planInstance(instance, EFFORT).placements
    expect(pair!.gpus).toEqual(['b/0', 'b/1'])
    expect(wide!.gpus).toEqual(['a/0', 'a/1', 'a/2', 'a/3', 'c/0'])
  })

  it('[P2] with spread false every task keeps to one node', () => {
    const nodes = [
      { id: 'a', gpus: 2 },
      { id: 'b', gpus: 2 },
    ]
    const tasks = [task('x', 1, 10), task('y', 1, 10), task('z', 2, 10)]
    const plan = planInstance({ nodes, tasks, spread: false }, EFFORT)
    expect(plan.makespan).toBe(10)
    const wide = plan.placements[2]!.gpus.map((gpu) => gpu.split('/')[0])
    expect(new Set(wide).size).toBe(1)
  })

  it('[P17] the clock only ends the search: one schedule is always made', () => {
    const instance = {
      nodes: [{ id: 'n', gpus: 2 }],
      tasks: [task('a', 1, 3), task('b', 2, 4)],
      spread: true,
    }
    const plan = planInstance(instance, { budget: 1e9, elapsedMs: () => 1e9, limitMs: 1 })
    expect(faults(instance, plan)).toEqual([])
    expect(planInstance({ ...instance, tasks: [] }, EFFORT)).toMatchObject({ makespan: 0, placements: [] })
  })

  it('[P18] a warm start keeps the order of the plan before one event', () => {
    const tasks = Array.from({ length: 12 }, (_, i) => task(`t${i}`, 1 + (i % 3), 5 + ((i * 7) % 11)))
    const instance = { nodes: [{ id: 'n', gpus: 4 }], tasks, spread: true }
    const first = planInstance(instance, { budget: 3000 })
    const again = planInstance(instance, { budget: 1 }, first.order)
    expect(again.makespan).toBe(first.makespan)
  })
})

describe('lowerBound', () => {
  const bound = (gpus: number, tasks: PlanTask[], spread = true) =>
    lowerBound(problemOf({ nodes: [{ id: 'n', gpus }], tasks, spread }))

  it('[P10] release and duration of one task', () => {
    expect(bound(4, [task('a', 1, 10, { release: 5 })])).toBe(15)
  })

  it('[P11] all work over all GPUs, from each release on', () => {
    expect(bound(4, [task('a', 4, 10), task('b', 2, 6)])).toBe(16)
    expect(bound(2, [task('a', 2, 10, { release: 20 }), task('b', 2, 3, { release: 20 })])).toBe(33)
    // Of b, which may start at 15, at most 5 s lie before 20: 10 s · 2 are left.
    expect(bound(2, [task('a', 2, 10, { release: 20 }), task('b', 2, 15, { release: 15 })])).toBe(40)
  })

  it('[P12] tasks that are wider than half run one after the other', () => {
    expect(bound(8, [task('a', 5, 10), task('b', 5, 10), task('c', 5, 10)])).toBe(30)
  })

  it('[P13] one task more than GPUs: two share one', () => {
    expect(bound(2, [task('a', 1, 10), task('b', 1, 10), task('c', 1, 10)])).toBe(20)
    expect(bound(3, [task('a', 1, 9), task('b', 1, 8), task('c', 1, 7), task('d', 1, 6)])).toBe(13)
  })

  it('[P12] nodes: three gangs of three do not share two nodes of four', () => {
    const nodes = [
      { id: 'a', gpus: 4 },
      { id: 'b', gpus: 4 },
    ]
    const tasks = [task('x', 3, 10), task('y', 3, 10), task('z', 3, 10)]
    expect(lowerBound(problemOf({ nodes, tasks, spread: false }))).toBe(20)
    expect(lowerBound(problemOf({ nodes, tasks, spread: true }))).toBe(20)
  })
})
