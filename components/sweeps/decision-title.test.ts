import { expect, it } from 'vitest'
import type { DecisionRow } from '@/server/views/decision-row'
import { decisionTitle } from './decision-title'
import { rungsOf } from './rungs'

const row = (more: Partial<DecisionRow>): DecisionRow => ({
  id: 1,
  at: new Date(0),
  kind: 'stop',
  rule: 'E4',
  reason: null,
  sentence: '',
  jobId: 'j',
  jobName: 'sql',
  runId: 'a',
  runNumber: 26,
  nodeId: null,
  nodeName: null,
  actor: null,
  seen: {},
  ...more,
})

it.each([
  [{ reason: 'underperforming' }, 'r26 stopped: underperforming'],
  [{ kind: 'keep', seen: { rung: 3 } }, 'r26 passed rung 3'],
  [{ kind: 'revive', actor: 'Ada' }, 'r26 revived by Ada'],
  [{ kind: 'drain', runNumber: null, nodeName: 'n3', actor: 'Ada' }, 'n3 drained by Ada'],
  [{ kind: 'place', runNumber: null }, 'sql placed'],
])('%o is headed "%s"', (more, title) => expect(decisionTitle(row(more))).toBe(title))

it('rungs count each run once, the kept and all that came', () =>
  expect(
    rungsOf([
      row({ kind: 'keep', runId: 'a', seen: { rung: 1, atSamples: 100 } }),
      row({ kind: 'keep', runId: 'a', seen: { rung: 1, atSamples: 100 } }),
      row({ kind: 'stop', runId: 'b', seen: { rung: 1, atSamples: 104 } }),
      row({ kind: 'keep', runId: 'a', seen: { rung: 2, atSamples: 400 } }),
      row({ kind: 'stop', runId: 'c', seen: {} }),
    ]),
  ).toEqual([
    { number: 1, samples: 100, kept: 1, of: 2 },
    { number: 2, samples: 400, kept: 1, of: 1 },
  ]))
