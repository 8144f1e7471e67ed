import { expect, test } from 'vitest'
import { sweepSpec } from '../contracts/sweep-spec'
import type { LoadedSnapshot } from '../server/db/snapshot'
import type { SweepRow } from '../server/db/snapshot-rows'
import { Forecasts } from './forecast'

/** One sweep of two runs with 100 samples each, of which the first has trained `samples`. */
function snapshot(now: number, samples: number, policy = 'none'): LoadedSnapshot {
  const spec = sweepSpec.parse({
    name: 's',
    model: 'm',
    dataset: 'd',
    parameters: {},
    early_exit: { policy },
  })
  const run = (id: string, state: 'training' | 'waiting') => ({
    id,
    params: { learning_rate: 1e-3, rank: 4, batch_size: 2 },
    state,
    fullSamples: 100,
    points: [],
    passedRung: 0,
    pinned: false,
    exemptRules: [],
  })
  const sweep = {
    id: 's',
    name: 's',
    projectId: 'p',
    state: 'running' as const,
    priority: 0,
    submittedAt: 0,
    baseModel: 'm',
    gpus: 1,
    spread: true,
    gpusPerExecutor: 1,
    maxLength: 64,
    memory: { backboneBytes: 0, bytesPerRank: 0, bytesPerToken: 0, bytesPerLogit: 0, vocabulary: 0 },
    view: {
      id: 's',
      runs: [run('a', 'training'), run('b', 'waiting')],
      slots: 1,
      trainSamples: 100,
      epochs: 1,
      evaluationsPerRun: 10,
      seed: 0,
    },
    work: [
      { runId: 'a', stepSeconds: null, samples },
      { runId: 'b', stepSeconds: null, samples: 0 },
    ],
  }
  return {
    sweeps: new Map([['s', { id: 's', spec } as SweepRow]]),
    unreadable: new Map(),
    occupied: new Set(['a']),
    awaitedGpuIds: [],
    tuning: { version: 0, now, nodes: [], sweeps: [sweep], executors: [], leases: [], shares: [] },
  }
}

test('without a measured pace there is no forecast', () => {
  const forecasts = new Forecasts()
  expect(forecasts.take(snapshot(0, 0))).toEqual([])
  expect(forecasts.take(snapshot(1, 10))).toEqual([])
  expect(forecasts.take(snapshot(10, 0))).toEqual([])
})

test('what is left at the measured pace, without exits', () => {
  const forecasts = new Forecasts()
  forecasts.take(snapshot(0, 0))
  const [forecast] = forecasts.take(snapshot(10, 50))
  expect(forecast?.sweepId).toBe('s')
  expect(forecast!.remaining.p50).toBeCloseTo(150 / 5, 5)
  expect(forecast!.remaining.p10).toBeLessThanOrEqual(forecast!.remaining.p50)
  expect(forecast!.remaining.p90).toBeGreaterThanOrEqual(forecast!.remaining.p50)
})

test('exits that are expected make it shorter', () => {
  const at = (policy: string) => {
    const forecasts = new Forecasts()
    forecasts.take(snapshot(0, 0, policy))
    return forecasts.take(snapshot(10, 20, policy))[0]!.remaining.p50
  }
  expect(at('asha')).toBeLessThan(at('none'))
})
