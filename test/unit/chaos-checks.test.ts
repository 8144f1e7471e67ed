import { describe, expect, test } from 'vitest'
import { random } from '../../engine/random'
import { checkClaims } from '../chaos/check-claims'
import { type Curves, checkCurves } from '../chaos/check-curves'
import { MEANS, MOMENTS, matrix, randomFaults } from '../chaos/fault'
import type { HistoryRow } from '../chaos/history-log'

let id = 0
const row = (
  subject: HistoryRow['subject'],
  operation: HistoryRow['operation'],
  after: Record<string, unknown> | null,
  more: Partial<HistoryRow> = {},
): HistoryRow => ({
  id: ++id,
  atMs: 1_000,
  transaction: '1',
  subject,
  operation,
  before: null,
  after,
  ...more,
})
const attempt = (
  number: number,
  epoch: number,
  state: string,
  operation: HistoryRow['operation'] = 'INSERT',
) => row('Attempt', operation, { runId: 'r', number, epoch, state, endReason: null })

describe('the checker of claims', () => {
  const peace = [
    attempt(1, 1, 'starting'),
    attempt(1, 1, 'ended', 'UPDATE'),
    attempt(2, 2, 'starting'),
    attempt(2, 2, 'ended', 'UPDATE'),
  ]

  test('has nothing to say about a run that was tried twice', () => {
    expect(checkClaims(peace)).toEqual([])
  })

  test.each([
    ['an epoch that does not grow', [...peace, attempt(3, 2, 'ended')], 'got epoch 2 after epoch 2'],
    [
      'two live attempts',
      [
        attempt(1, 1, 'running'),
        attempt(2, 2, 'starting'),
        attempt(1, 1, 'ended', 'UPDATE'),
        attempt(2, 2, 'ended', 'UPDATE'),
      ],
      'live at the same time',
    ],
    ['an attempt that never ends', [attempt(1, 1, 'running')], 'is still live'],
    [
      'a stop without a decision',
      [
        row(
          'Run',
          'UPDATE',
          { id: 'r', state: 'parked', stopReason: 'diverged' },
          { before: { state: 'training' } },
        ),
      ],
      'without a decision',
    ],
    [
      'a node that is given up before its lease has ended',
      [
        attempt(1, 1, 'running'),
        row('Lease', 'INSERT', { subject: 'run:r', epoch: 1, expiresAt: new Date(2_000).toISOString() }),
        row('Node', 'UPDATE', { state: 'lost' }),
        attempt(1, 1, 'lost', 'UPDATE'),
      ],
      '1000 ms before its lease ended',
    ],
    [
      'a write of an older attempt',
      [row('Metric', 'INSERT', { runId: 'r', attempt: 1 })],
      'after a newer attempt began',
    ],
  ])('finds %s', (_, history, sentence) => {
    expect(checkClaims(history).join()).toContain(sentence)
  })

  test('a stop with its decision in the same transaction is in order', () => {
    const stop = row(
      'Run',
      'UPDATE',
      { id: 'r', state: 'parked', stopReason: 'diverged' },
      { before: { state: 'training' } },
    )
    expect(checkClaims([row('Decision', 'INSERT', { kind: 'stop', runId: 'r' }), stop])).toEqual([])
  })
})

describe('the checker of curves', () => {
  const point = (step: number, value: number, number = 1) => ({
    run: 1,
    attempt: number,
    name: 'train_loss',
    step,
    value,
  })
  const calm: Curves = {
    steps: new Map([[1, 3]]),
    tries: [{ run: 1, attempt: 1, fromStep: 0 }],
    points: [point(1, 0.3), point(2, 0.2), point(3, 0.1)],
  }

  test('has nothing to say where a run went on from its state', () => {
    const tries = [...calm.tries, { run: 1, attempt: 2, fromStep: 1 }]
    const points = [point(1, 0.3), point(2, 0.2), point(2, 0.2, 2), point(3, 0.1, 2)]
    expect(checkCurves({ ...calm, tries, points }, calm)).toEqual({ violations: [], expected: 3, stored: 3 })
  })

  test.each([
    ['a lost step', [point(1, 0.3), point(2, 0.2)], '1 steps were lost'],
    [
      'a value in its last bit',
      [point(1, 0.3), point(2, 0.2 + 2 ** -54), point(3, 0.1)],
      'left alone it is 0.2',
    ],
    ['a step beyond the run', [...calm.points, point(4, 0.1)], 'the run is at 3'],
    ['an attempt that skips a step', [point(1, 0.3), point(3, 0.1)], 'step 3 does not follow'],
  ])('finds %s', (_, points, sentence) => {
    expect(checkCurves({ ...calm, points }, calm).violations.join()).toContain(sentence)
  })
})

test('the matrix has every means for every target, and the same seed draws the same faults', () => {
  const cells = matrix(['agent', 'control-plane', 'postgres', 'executor'])
  expect(cells.length).toBe((MEANS.length * 4 - 1) * 3 * MOMENTS.length)
  expect(new Set(cells.map((cell) => JSON.stringify(cell))).size).toBe(cells.length)
  expect(randomFaults(20, ['agent', 'postgres'], random(3))).toEqual(
    randomFaults(20, ['agent', 'postgres'], random(3)),
  )
})
