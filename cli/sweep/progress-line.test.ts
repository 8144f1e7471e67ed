import { describe, expect, it } from 'vitest'
import type { SweepSummary } from '../client/answers'
import { progressLine, secondsLeft } from './progress-line'

const now = new Date('2026-01-01T12:01:40Z')
const sweep: SweepSummary = {
  id: 's',
  name: 'grid',
  state: 'running',
  error: null,
  hold: null,
  runs: { total: 24, waiting: 2, training: 8, parked: 12, done: 2, failed: 0 },
  samplesUsed: 2_000,
  samplesFull: 10_000,
  samplesSaved: 5_000,
  best: { runId: 'r', number: 3, valLoss: 0.5 },
  createdAt: '2026-01-01T12:00:00Z',
  startedAt: '2026-01-01T12:00:00Z',
  endedAt: null,
  end: null,
}

describe('progressLine', () => {
  it('draws trained, to go and not needed, and counts runs', () => {
    expect(progressLine(sweep, now)).toBe(
      `${'█'.repeat(6)}${'░'.repeat(9)}${'╱'.repeat(15)} 70.0%  8 of 24 train, 12 stopped, 2 done, best 0.5000, about 3 min left`,
    )
  })

  it('takes the forecast where there is one, else the speed so far', () => {
    expect(secondsLeft(sweep, now)).toBe(150)
    const end = { p10: '2026-01-01T12:02:00Z', p50: '2026-01-01T12:02:40Z', p90: '2026-01-01T12:03:00Z' }
    expect(secondsLeft({ ...sweep, end }, now)).toBe(60)
    expect(secondsLeft({ ...sweep, samplesUsed: 0 }, now)).toBeNull()
  })

  it('says why a sweep waits', () => {
    const hold = { reasons: [{ message: 'Needs 2 GPUs: 1 is free.' }] }
    expect(progressLine({ ...sweep, state: 'waiting', samplesUsed: 0, hold }, now)).toBe(
      'grid is waiting. Needs 2 GPUs: 1 is free.',
    )
  })
})
