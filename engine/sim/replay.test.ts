import { describe, expect, it } from 'vitest'
import type { ExitDecision, SweepView } from '../model/tuning'
import type { RecordedRun, RecordedSweep } from './recorded-sweep'
import { plannedSamples } from './recorded-sweep'
import { replay } from './replay'

function recorded(
  config: string,
  batch: number,
  losses: (number | null)[],
  totalSteps?: number,
): RecordedRun {
  return {
    config,
    params: { learning_rate: 1e-3, rank: 8, batch_size: batch },
    totalSteps: totalSteps ?? losses.length * 10,
    points: losses.map((loss, index) => {
      const step = 10 * (index + 1)
      return { step, samples: step * batch, trainLoss: loss, valLoss: loss }
    }),
  }
}
const sweepWith = (runs: RecordedRun[]): RecordedSweep => {
  return { task: 't', trainSamples: 100, epochs: 2, evaluationsPerRun: 3, schedule: 'linear', runs }
}
const decision = (
  kind: ExitDecision['kind'],
  runId: string,
  changes: Partial<ExitDecision> = {},
): ExitDecision => {
  return {
    kind,
    runId,
    rule: 'E0',
    atSamples: 0,
    observed: null,
    threshold: null,
    peers: [],
    savedSamples: 0,
    ...changes,
  }
}
/** Starts everything, then does what the script says at each view. */
const scripted = (script: (view: SweepView) => ExitDecision[]) => (view: SweepView) => {
  const waiting = view.runs.filter(({ state, points }) => state === 'waiting' && points.length === 0)
  return [...waiting.map(({ id }) => decision('start', id)), ...script(view)]
}

describe('replay', () => {
  const sweep = sweepWith([recorded('a', 1, [5, 4, 1]), recorded('b', 2, [3, 2, 2.5])])

  it('[E91] counts time in samples: a batch twice as large takes twice as long a step', () => {
    const seen: string[] = []
    const result = replay(
      sweep,
      scripted((view) => {
        seen.push(view.runs.map(({ id, points, state }) => `${id}${points.length}${state[0]}`).join(' '))
        return []
      }),
    )
    expect(seen).toEqual(['a0w b0w', 'a1t b0t', 'a2t b1t', 'a3d b1t', 'a3d b2t', 'a3d b3d'])
    expect(result.makespan).toBe(60)
  })

  it('[E90] shows a run only up to the point that it was let to train to', () => {
    replay(
      sweep,
      scripted((view) => {
        for (const run of view.runs) {
          const whole = sweep.runs.find(({ config }) => config === run.id)!.points
          expect(run.points).toEqual(whole.slice(0, run.points.length))
          if (run.state === 'waiting') expect(run.points).toEqual([])
        }
        return []
      }),
    )
  })

  it('[E90] hands on what is known before the start, and nothing of the losses', () => {
    const views: SweepView[] = []
    replay(sweep, (view) => {
      views.push(view)
      return []
    })
    expect(views).toEqual([
      {
        id: 't',
        slots: 2,
        trainSamples: 100,
        epochs: 2,
        evaluationsPerRun: 3,
        schedule: 'linear',
        seed: 0,
        runs: [
          expect.objectContaining({ id: 'a', fullSamples: 30, points: [], state: 'waiting', passedRung: 0 }),
          expect.objectContaining({ id: 'b', fullSamples: 60, points: [], pinned: false, exemptRules: [] }),
        ],
      },
    ])
    const other: SweepView[] = []
    const keep = (view: SweepView) => {
      other.push(view)
      return []
    }
    replay(sweep, keep, { slots: 1, seed: 7 })
    expect(other).toMatchObject([{ slots: 1, seed: 7 }])
  })

  it('[E92] a stop keeps what was trained, a resume goes on from there', () => {
    const result = replay(
      sweep,
      scripted((view) => {
        const [a, b] = view.runs
        if (a!.state === 'training' && a!.points.length === 1)
          return [decision('stop', 'a', { reason: 'plateau' })]
        if (b!.state === 'done' && a!.state === 'parked' && a!.points.length === 1)
          return [decision('resume', 'a')]
        if (a!.points.length === 2 && a!.state === 'training')
          return [decision('stop', 'a', { reason: 'diverged' })]
        return []
      }),
    )
    expect(result).toMatchObject({
      samplesUsed: 20 + 60,
      samplesFull: 90,
      bestFull: { config: 'a', valLoss: 1 },
      bestFound: { config: 'b', valLoss: 2 },
      lossRatio: 2,
      stopped: [{ config: 'a', samples: 20, reason: 'diverged' }],
      makespan: 70,
    })
    expect(result.savedFraction).toBeCloseTo(10 / 90, 10)
    expect(result.decisions.map(({ kind }) => kind)).toEqual(['start', 'start', 'stop', 'resume', 'stop'])
  })

  it('[E92] a pause delays the next evaluation, which then comes as if nothing had been', () => {
    const result = replay(
      sweep,
      scripted((view) => {
        const a = view.runs[0]!
        if (a.state === 'training' && a.points.length === 1) return [decision('pause', 'a')]
        return view.runs[1]!.state === 'done' && a.state === 'waiting' ? [decision('resume', 'a')] : []
      }),
    )
    expect(result).toMatchObject({ stopped: [], savedFraction: 0, makespan: 60 + 20 })
  })

  it('[E92] a run that was never let to start is listed too', () => {
    const result = replay(sweep, (view) =>
      view.runs[0]!.state === 'waiting' ? [decision('start', 'a')] : [],
    )
    expect(result.stopped).toEqual([{ config: 'b', samples: 0, reason: 'budget' }])
    expect(result.bestFound).toEqual({ config: 'a', valLoss: 1 })
  })

  it('[E92] passes over losses that are not numbers, and the first of equals wins', () => {
    const result = replay(
      sweepWith([recorded('a', 1, [null, null]), recorded('b', 1, [2, null]), recorded('c', 1, [2])]),
      scripted(() => []),
    )
    expect(result.bestFull).toEqual({ config: 'b', valLoss: 2 })
    expect(result.bestFound).toEqual({ config: 'b', valLoss: 2 })
  })

  it('[E90] does not tell a policy that a recording breaks off', () => {
    expect(plannedSamples(recorded('a', 2, [5, null], 100))).toBe(200)
    expect(plannedSamples(recorded('a', 2, [5, 4], 20))).toBe(40)
    expect(plannedSamples({ ...recorded('a', 2, [5, 4], 20), totalSteps: 19 })).toBe(40)
    const before = { step: 0, samples: 0, trainLoss: 1, valLoss: 1 }
    expect(plannedSamples({ ...recorded('a', 2, [5], 20), points: [before] })).toBe(40)
  })
})
