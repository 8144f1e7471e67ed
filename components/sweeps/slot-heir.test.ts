import { describe, expect, it } from 'vitest'
import type { DecisionRow } from '@/server/views/decision-row'
import { slotHeir } from './slot-heir'

const row = (id: number, kind: string, run: number, executorId?: string): DecisionRow => ({
  id,
  at: new Date(id * 1000),
  kind,
  rule: 'E7',
  reason: null,
  sentence: '',
  jobId: 's',
  jobName: 's',
  runId: `run${run}`,
  runNumber: run,
  nodeId: null,
  nodeName: null,
  actor: null,
  seen: executorId ? { executorId } : {},
})

describe('heir of a slot', () => {
  const started = [row(1, 'start', 1, 'x1'), row(2, 'start', 2, 'x1'), row(3, 'start', 3, 'x2')]

  it('is the next run that comes to the same executor', () => {
    const stop = row(4, 'stop', 1)
    expect(
      slotHeir([...started, stop, row(5, 'start', 8, 'x2'), row(6, 'start', 9, 'x1')], stop)?.runNumber,
    ).toBe(9)
  })

  it('of two stops at once, the first is followed by the first', () => {
    const [a, b] = [row(4, 'stop', 1), row(5, 'stop', 2)]
    const all = [...started, a, b, row(6, 'start', 8, 'x1'), row(7, 'resume', 9, 'x1')]
    expect([slotHeir(all, a)?.runNumber, slotHeir(all, b)?.runNumber]).toEqual([8, 9])
  })

  it('is nobody while the slot is free', () => {
    const stop = row(4, 'stop', 1)
    expect(slotHeir([...started, stop], stop)).toBeNull()
  })

  it('a run that goes on for the audit leaves no slot', () => {
    const stop = { ...row(4, 'stop', 1), seen: { audited: true } }
    expect(slotHeir([...started, stop, row(5, 'start', 8, 'x1')], stop)).toBeNull()
  })
})
