import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { random } from '../random'
import type { RecordedSweep } from '../sim/recorded-sweep'
import { replay } from '../sim/replay'
import { syntheticSweep } from '../sim/synthetic-sweep'
import { applyDecisions } from './apply-decisions'
import { POLICIES } from './policies'
import type { EarlyExitPolicy, PolicyParams } from './policy'

const defaults = (policy: EarlyExitPolicy): PolicyParams =>
  Object.fromEntries(Object.entries(policy.parameters).map(([name, parameter]) => [name, parameter.default]))

const sweeps = fc
  .record({
    seed: fc.integer({ min: 0, max: 1_000_000 }),
    runs: fc.integer({ min: 1, max: 40 }),
    evaluations: fc.integer({ min: 1, max: 24 }),
    schedule: fc.constantFrom('constant', 'linear', 'cosine'),
    noise: fc.constantFrom(0, 0.01, 0.2),
    broken: fc.constantFrom(0, 0.2, 0.8),
    overfitting: fc.constantFrom(0, 0.5),
  })
  .map((settings) => syntheticSweep(settings))
const slotCounts = fc.constantFrom(undefined, 1, 2, 3, 8)

/** Every view that the policy was shown on the way, with what it decided. */
function record(sweep: RecordedSweep, policy: EarlyExitPolicy, slots?: number, flag = (run: RunView) => run) {
  const shown: { view: SweepView; decisions: readonly ExitDecision[] }[] = []
  const result = replay(
    sweep,
    (bare) => {
      const view = { ...bare, runs: bare.runs.map(flag) }
      const decisions = policy.decide(view, defaults(policy))
      shown.push({ view, decisions })
      return decisions
    },
    { slots },
  )
  return { shown, result }
}

const byRun = (decisions: readonly ExitDecision[]) =>
  [...decisions].sort((a, b) => (`${a.runId} ${a.kind}` < `${b.runId} ${b.kind}` ? -1 : 1))

describe.each(Object.values(POLICIES))('$name', (policy) => {
  const check = (predicate: (sweep: RecordedSweep, slots: number | undefined) => void) =>
    fc.assert(fc.property(sweeps, slotCounts, predicate), { numRuns: 15 })

  it('[E4] decides the same whatever the order of the runs', () => {
    check((sweep, slots) => {
      for (const { view, decisions } of record(sweep, policy, slots).shown) {
        const shuffled = { ...view, runs: random(view.runs.length).shuffle(view.runs) }
        expect(byRun(policy.decide(shuffled, defaults(policy)))).toEqual(byRun(decisions))
      }
    })
  })

  it('[E5] has nothing to add once its decisions are carried out', () => {
    check((sweep, slots) => {
      for (const { view, decisions } of record(sweep, policy, slots).shown) {
        expect(policy.decide(applyDecisions(view, decisions), defaults(policy))).toEqual([])
      }
    })
  })

  it('[E5] decides at most one of stop, pause, keep and resume about a run at one rung', () => {
    check((sweep, slots) => {
      for (const { decisions } of record(sweep, policy, slots).shown) {
        const cuts = decisions.filter(({ kind }) => kind !== 'start' && kind !== 'resume')
        const keys = cuts.map(({ runId, rung, kind }) => `${runId} ${kind === 'stop' ? '' : rung}`)
        expect(new Set(keys).size).toBe(keys.length)
      }
    })
  })

  it('[E6] no decision depends on what lies after the points shown', () => {
    fc.assert(
      fc.property(
        sweeps,
        slotCounts,
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (sweep, slots, share) => {
          const horizon = share * sweep.trainSamples * sweep.epochs
          const otherwise = {
            ...sweep,
            runs: sweep.runs.map((run, index) => ({
              ...run,
              points: run.points.map((point) => {
                if (point.samples <= horizon) return point
                return index % 3 === 0
                  ? { ...point, valLoss: null, trainLoss: null }
                  : { ...point, valLoss: (point.valLoss ?? 1) * (index % 3), trainLoss: 0.01 }
              }),
            })),
          }
          const isBefore = ({ view }: { view: SweepView }) =>
            view.runs.every(({ points }) => points.every(({ samples }) => samples <= horizon))
          const until = (all: { view: SweepView; decisions: readonly ExitDecision[] }[]) => {
            const end = all.findIndex((entry) => !isBefore(entry))
            return all.slice(0, end < 0 ? undefined : end).map(({ decisions }) => decisions)
          }
          expect(until(record(otherwise, policy, slots).shown)).toEqual(
            until(record(sweep, policy, slots).shown),
          )
        },
      ),
      { numRuns: 15 },
    )
  })

  it('[E1] never stops or pauses a pinned run', () => {
    check((sweep, slots) => {
      const pinned = (run: RunView) => ({ ...run, pinned: Number(run.id.slice(1)) % 3 === 0 })
      const { shown, result } = record(sweep, policy, slots, pinned)
      const cut = shown
        .flatMap(({ decisions }) => decisions)
        .filter(({ kind }) => kind === 'stop' || kind === 'pause')
      expect(cut.filter(({ runId }) => Number(runId.slice(1)) % 3 === 0)).toEqual([])
      expect(result.stopped.filter(({ config }) => Number(config.slice(1)) % 3 === 0)).toEqual([])
    })
  })

  it('[E2] never stops a revived run by the rule that it was revived from', () => {
    check((sweep, slots) => {
      const first = record(sweep, policy, slots).result.decisions.filter(({ kind }) => kind === 'stop')
      const rules = new Map(first.map(({ runId, rule }) => [runId, rule]))
      const revived = (run: RunView) => ({
        ...run,
        exemptRules: rules.has(run.id) ? [rules.get(run.id)!] : [],
      })
      const again = record(sweep, policy, slots, revived).result.decisions.filter(
        ({ kind }) => kind === 'stop',
      )
      expect(again.filter(({ runId, rule }) => rules.get(runId) === rule)).toEqual([])
    })
  })

  it('[E7] never has more runs in training than slots', () => {
    check((sweep, slots) => {
      for (const { view, decisions } of record(sweep, policy, slots).shown) {
        const after = applyDecisions(view, decisions)
        expect(after.runs.filter(({ state }) => state === 'training').length).toBeLessThanOrEqual(view.slots)
      }
    })
  })

  it('[E10] leaves no run waiting for ever, and one run at least comes to its end unless all are out by their curve', () => {
    check((sweep, slots) => {
      const { result, shown } = record(sweep, policy, slots)
      const last = applyDecisions(shown.at(-1)!.view, shown.at(-1)!.decisions)
      expect(last.runs.filter(({ state }) => state === 'waiting' || state === 'training')).toEqual([])
      const ended = sweep.runs.length - result.stopped.length
      const byCurve = result.stopped.filter(
        ({ reason }) => reason !== 'underperforming' && reason !== 'budget',
      )
      expect(ended > 0 || byCurve.length > 0).toBe(true)
    })
  })

  it('[E9] a stop keeps the best loss of the run and says what it saves', () => {
    check((sweep, slots) => {
      for (const { view, decisions } of record(sweep, policy, slots).shown) {
        for (const decision of decisions.filter(({ kind }) => kind === 'stop')) {
          const run = view.runs.find(({ id }) => id === decision.runId)!
          const losses = run.points.flatMap(({ valLoss }) => valLoss ?? [])
          expect(decision.bestLoss).toBe(losses.length > 0 ? Math.min(...losses) : undefined)
          expect(decision.savedSamples).toBe(run.fullSamples - (run.points.at(-1)?.samples ?? 0))
        }
      }
    })
  })
})
