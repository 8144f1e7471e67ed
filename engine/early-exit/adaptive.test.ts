import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { replay } from '../sim/replay'
import { syntheticSweep } from '../sim/synthetic-sweep'
import { adaptive } from './adaptive'
import { applyDecisions } from './apply-decisions'
import { planLadder } from './ladder-plan'
import { runWith, sweepOf } from './testing/sweep-view'

const whole = { budget: 1 }
const decide = (runs: RunView[], params = whole, changes: Partial<SweepView> = {}) =>
  adaptive.decide(sweepOf(runs, changes), params)
const kinds = (decisions: readonly ExitDecision[]) => decisions.map(({ runId, kind }) => `${runId} ${kind}`)
const id = (index: number) => `r${String(index).padStart(2, '0')}`

describe('adaptive: what a curve says by itself', () => {
  const healthy = [runWith('h', [4, 3]), runWith('i', [4, 3])]

  it('[E64] stops a run that for three evaluations had twice its lowest losses and was back where the sweep began', () => {
    expect(decide([...healthy, runWith('x', [3, 2, 4, 5, 4])])).toMatchObject([
      {
        runId: 'x',
        kind: 'stop',
        rule: 'E64',
        reason: 'diverged',
        atSamples: 500,
        observed: 2,
        threshold: 2,
        evaluations: 3,
      },
    ])
  })

  it.each([
    ['twice only', [3, 2, 4, 5]],
    ['with a better one between', [3, 2, 4, 5, 3.9, 4, 4]],
    ['still below where the sweep began', [1, 0.5, 2, 3, 3.9]],
    ['by less than twice its lowest', [6, 5, 8, 9, 9]],
    ['in validation loss alone', [3, [2, 2] as const, [3, 4] as const, [3, 5] as const, [3, 6] as const]],
  ])('[E64] lets a run go on whose loss was high %s', (_, losses) => {
    expect(decide([...healthy, runWith('x', losses)])).toEqual([])
  })

  it('[E64] judges no run whose losses are not above 0', () => {
    expect(decide([...healthy, runWith('x', [3, 0, 4, 5, 6])])).toEqual([])
  })

  const overfitting = [2, 1.5, 1, 1.01, [0.9, 1.3], [0.8, 1.31], [0.7, 1.32], [0.6, 1.33]] as const

  it('[E65] stops a run that has its best behind it and keeps that best', () => {
    expect(decide([runWith('x', [...overfitting])])).toMatchObject([
      {
        kind: 'stop',
        rule: 'E65',
        reason: 'overfitting',
        atSamples: 800,
        bestLoss: 1,
        threshold: 3,
        evaluations: 5,
        savedSamples: 200,
      },
    ])
  })

  it('[E65] waits until a fifth of the evaluations, four at least, lie after the best', () => {
    expect(decide([runWith('x', overfitting.slice(0, 6))])).toEqual([])
    expect(decide([runWith('x', [...overfitting])], whole, { evaluationsPerRun: 25 })).toHaveLength(1)
    expect(decide([runWith('x', [...overfitting])], whole, { evaluationsPerRun: 26 })).toEqual([])
  })

  it('[E65] lets a run go on whose training loss does not fall', () => {
    const losses = overfitting.map((loss) => (typeof loss === 'number' ? loss : ([1.1, loss[1]] as const)))
    expect(decide([runWith('x', losses)])).toEqual([])
  })

  it('[E65] lets a run go on whose rise is within its own noise', () => {
    const noisy = [2, 1.5, 1, [0.9, 1.4], [0.9, 1], [0.8, 1.4], [0.7, 1.01], [0.6, 1.4]] as const
    expect(decide([runWith('x', [...noisy])])).toEqual([])
  })

  it('[E3] takes a loss that is not a number before all else', () => {
    expect(decide([runWith('x', [3, 2, 4, 5, 4, null])])).toMatchObject([
      { rule: 'E3', reason: 'non-finite' },
    ])
  })

  it('[E1] [E2] spares pinned runs, and revived ones from their rule', () => {
    expect(decide([runWith('x', [...overfitting], { pinned: true })])).toEqual([])
    expect(decide([runWith('x', [...overfitting], { exemptRules: ['E65'] })])).toEqual([])
    expect(decide([...healthy, runWith('x', [3, 2, 4, 5, 4], { exemptRules: ['E64'] })])).toEqual([])
    expect(decide([runWith('x', [null], { exemptRules: ['E3'] })])).toEqual([])
  })
})

describe('adaptive: the ladder', () => {
  const runs = Array.from({ length: 20 }, (_, index) => runWith(id(index), [1 + index / 10]))

  it('[E63] cuts at the first rung to what the budget affords and says why', () => {
    const decisions = decide(runs, { budget: 0.2 })
    const kept = decisions.filter(({ kind }) => kind === 'keep')
    // 40 run-evaluations, 20 of them trained and one kept back: 19 for the nine evaluations to come.
    expect(kept.map(({ runId }) => runId)).toEqual([id(0), id(1), id(2), id(3)])
    expect(decisions.find(({ runId }) => runId === id(4))).toMatchObject({
      kind: 'stop',
      rule: 'E63',
      reason: 'underperforming',
      rung: 1,
      atSamples: 100,
      place: 5,
      keeps: 4,
      bestLoss: 1.4,
      savedSamples: 900,
    })
  })

  it('[E63] keeps more where more of the budget is left', () => {
    const keeps = [0.2, 0.3, 0.5].map(
      (budget) => decide(runs, { budget }).filter(({ kind }) => kind === 'keep').length,
    )
    expect(keeps[0]).toBeLessThan(keeps[1]!)
    expect(keeps[1]).toBeLessThan(keeps[2]!)
    const broken = runs.map((run, index) =>
      index < 10 ? run : { ...run, state: 'failed' as const, points: [] },
    )
    expect(decide(broken, { budget: 0.2 }).filter(({ kind }) => kind === 'keep').length).toBeGreaterThan(
      keeps[0]!,
    )
  })

  it('[E13] pauses at a rung while others are coming and slots are wanted', () => {
    const some = [
      ...runs.slice(0, 10),
      ...runs.slice(10).map((run) => ({ ...run, points: [], state: 'waiting' as const })),
    ]
    const decisions = decide(some, { budget: 0.2 }, { slots: 10 })
    expect(decisions.filter(({ kind }) => kind === 'pause')).toHaveLength(10)
    expect(decisions.filter(({ kind }) => kind === 'start')).toHaveLength(10)
    expect(decisions).toHaveLength(20)
  })

  it('[E13] keeps early who is sure to stay when slots would be idle', () => {
    const some = [...runs.slice(0, 19), { ...runs[19]!, points: [] }]
    expect(kinds(decide(some, { budget: 0.2 })).slice(0, 4)).toEqual([
      `${id(0)} keep`,
      `${id(1)} keep`,
      `${id(2)} keep`,
      `${id(3)} pause`,
    ])
  })

  it('[E13] fills idle slots with the best of those that have arrived, in the share that the rung keeps', () => {
    // The rung keeps 4 of 20; of 10 that have arrived 2 go on, and with all slots wanted nobody.
    const some = runs.map((run, index) => (index < 10 ? run : { ...run, points: [] }))
    const kept = (slots: number) =>
      decide(some, { budget: 0.2 }, { slots })
        .filter(({ kind }) => kind === 'keep')
        .map(({ runId }) => runId)
    expect(kept(20)).toEqual([id(0), id(1)])
    expect(kept(10)).toEqual([])
  })

  it('[E13] waits for everybody at the last two rungs', () => {
    const { rungs } = planLadder(20, 10, 0.2)
    const flat = (run: RunView, count: number, passedRung: number) =>
      runWith(run.id, new Array(count).fill(run.points[0]!.valLoss), { passedRung })
    const early = (rung: number) => {
      const { evaluation } = rungs[rung - 1]!
      const some = runs
        .slice(0, 12)
        .map((run, index) => flat(run, index < 11 ? evaluation : evaluation - 1, rung - 1))
      const others = runs.slice(12).map((run) => ({ ...run, state: 'failed' as const, points: [] }))
      return decide([...some, ...others], { budget: 0.2 }).filter(({ kind }) => kind === 'keep').length
    }
    expect(early(rungs.length - 2)).toBeGreaterThan(0)
    expect(early(rungs.length - 1)).toBe(0)
    expect(early(rungs.length)).toBe(0)
  })

  it('[E7] gives slots to the lowest rung first', () => {
    const waiting = (run: RunView, passedRung: number): RunView => ({ ...run, state: 'waiting', passedRung })
    const some = [waiting(runs[0]!, 1), { ...waiting(runs[1]!, 0), points: [] }]
    const all = [...some, ...runs.slice(2).map((run) => ({ ...run, state: 'failed' as const }))]
    expect(kinds(decide(all, { budget: 0.2 }, { slots: 1 }))).toEqual([`${id(1)} start`])
  })
})

describe('adaptive: idle slots', () => {
  const done = runWith('a', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], { state: 'done', passedRung: 3 })
  const cut = (name: string, loss: number, passedRung = 1) =>
    runWith(name, passedRung > 0 ? [loss, loss] : [loss], {
      state: 'parked',
      stopReason: 'underperforming',
      passedRung,
    })
  const others = Array.from({ length: 6 }, (_, index) => cut(`z${index}`, 9, 0))

  it('[E66] resumes the best of the cut runs that the budget could pay for to the end', () => {
    // 90 run-evaluations in all: 10 + 2 · 2 + 6 are trained, and 8 more take one run to its end.
    const runs = [done, cut('b', 3), cut('c', 2), ...others]
    expect(decide(runs, { budget: 28 / 90 })).toMatchObject([
      { runId: 'c', kind: 'resume', rule: 'E66', rung: 2, atSamples: 200 },
    ])
    expect(decide(runs, { budget: 27 / 90 })).toEqual([])
    expect(kinds(decide(runs, { budget: 36 / 90 }))).toEqual(['c resume', 'b resume'])
  })

  it('[E66] prefers who came further to who was better', () => {
    expect(kinds(decide([done, cut('b', 3), ...others, cut('c', 0.5, 0)], { budget: 28 / 90 }))).toEqual([
      'b resume',
    ])
  })

  it('[E66] needs an idle slot, and leaves alone what a person, another rule or an audit holds', () => {
    const runs = [done, cut('b', 3), ...others]
    expect(decide(runs, { budget: 0.5 }, { slots: 0 })).toEqual([])
    const held = [
      done,
      { ...cut('b', 3), stopReason: 'user' as const },
      { ...cut('c', 3), stopReason: 'overfitting' as const },
      { ...cut('d', 3), audited: true },
      ...others.map((run) => ({ ...run, state: 'failed' as const })),
    ]
    expect(decide(held, { budget: 1 })).toEqual([])
  })

  it('[E68] uses as many spare slots beyond the budget as there are', () => {
    const runs = [done, cut('b', 3), cut('c', 2), ...others]
    const decisions = decide(runs, { budget: 0.3 }, { spareSlots: 2 })
    expect(decisions).toMatchObject([
      { runId: 'c', kind: 'resume', rule: 'E68' },
      { runId: 'b', kind: 'resume', rule: 'E68' },
    ])
    const after = applyDecisions(sweepOf(runs, { spareSlots: 2 }), decisions)
    expect(after.runs.filter(({ onSpare }) => onSpare).map((run) => run.id)).toEqual(['b', 'c'])
    expect(adaptive.decide(after, { budget: 0.3 })).toEqual([])
    expect(adaptive.decide({ ...after, spareSlots: 3 }, { budget: 0.3 })).toHaveLength(1)
  })

  it('[E68] with spare slots for all, every run of a sweep comes to its end', () => {
    const sweep = syntheticSweep({ seed: 5, broken: 0, overfitting: 0, runs: 12 })
    const all = replay(sweep, (view) => adaptive.decide({ ...view, spareSlots: 12 }, { budget: 0.2 }))
    expect(all.stopped).toEqual([])
    const keptOnSpare = all.decisions.filter(({ rule, kind }) => rule === 'E68' && kind === 'keep')
    expect(keptOnSpare.length).toBeGreaterThan(0)
    expect(keptOnSpare.every(({ reason }) => reason === undefined)).toBe(true)
  })
})

describe('adaptive: the budget', () => {
  it('[E67] starts fewer runs when the budget is very small, and closes the others as budget', () => {
    const sweep = syntheticSweep({ seed: 2, runs: 40, broken: 0 })
    const { stopped } = replay(sweep, (view) => adaptive.decide(view, { budget: 0.03 }))
    const never = stopped.filter(({ samples }) => samples === 0)
    expect(never.length).toBeGreaterThan(10)
    expect(never.every(({ reason }) => reason === 'budget')).toBe(true)
    expect(stopped.filter(({ reason }) => reason === 'budget')).toEqual(never)
  })

  it('[E67] starts pinned runs whatever the budget', () => {
    const sweep = syntheticSweep({ seed: 2, runs: 40, broken: 0 })
    const pin = (view: SweepView) => ({
      ...view,
      runs: view.runs.map((run) => ({ ...run, pinned: run.id < 'r005' })),
    })
    const { stopped } = replay(sweep, (view) => adaptive.decide(pin(view), { budget: 0.03 }))
    expect(stopped.filter(({ config }) => config < 'r005')).toEqual([])
  })

  it('[E69] is respected on every sweep with any number of slots, but for rounding and the one run that must end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 4, max: 30 }),
        fc.constantFrom(0.05, 0.14, 0.195, 0.3, 0.6),
        fc.constantFrom(undefined, 1, 4, 16),
        (seed, runs, evaluations, budget, slots) => {
          const sweep = syntheticSweep({ seed, runs, evaluations })
          const { samplesUsed, samplesFull } = replay(sweep, (view) => adaptive.decide(view, { budget }), {
            slots,
          })
          const least = samplesFull / evaluations + samplesFull / runs
          expect(samplesUsed).toBeLessThanOrEqual(Math.max(budget * samplesFull, least) * 1.01)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('[E12] finds the same whether one run trains at a time or all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const sweep = syntheticSweep({ seed, broken: 0, overfitting: 0, runs: 30 })
        const [all, one] = [undefined, 1].map((slots) =>
          replay(sweep, (view) => adaptive.decide(view, { budget: 0.195 }), { slots }),
        )
        expect(one!.bestFound).toEqual(all!.bestFound)
      }),
      { numRuns: 15 },
    )
  })
})
