import { describe, expect, it } from 'vitest'
import type { ExitDecision } from '../model/tuning'
import { decisionSentence } from './explain'

const stop = (changes: Partial<ExitDecision>): string =>
  decisionSentence({
    kind: 'stop',
    runId: 'r9',
    rule: 'E24',
    atSamples: 8592,
    observed: null,
    threshold: null,
    peers: [],
    savedSamples: 0,
    ...changes,
  })
const peers = Array.from({ length: 15 }, (_, index) => ({
  runId: `r${index}`,
  value: index,
  kept: index < 8,
}))

describe('decisionSentence', () => {
  it.each<[string, Partial<ExitDecision>, string]>([
    ['non-finite', { reason: 'non-finite', atSamples: 3759 }, 'Loss was not a number at 3,759 samples.'],
    [
      'diverged by alto',
      { reason: 'diverged', rule: 'E21', observed: 0.0841, threshold: 0.001, evaluations: 2 },
      'Loss rose for 2 evaluations, slope +0.0841 (limit 0.001).',
    ],
    [
      'diverged by adaptive',
      { reason: 'diverged', rule: 'E64', observed: 3.25, threshold: 2, evaluations: 3 },
      'Loss rose for 3 evaluations to 3.25 times its lowest (limit 2).',
    ],
    [
      'overfitting by alto',
      { reason: 'overfitting', rule: 'E22', observed: 0.4123, threshold: 0.1, evaluations: 2, bestLoss: 0.5 },
      'Gap to training loss 0.412 for 2 evaluations (limit 0.1). Best checkpoint (0.500) kept, can win.',
    ],
    [
      'overfitting by adaptive',
      { reason: 'overfitting', rule: 'E65', observed: 4, threshold: 3, evaluations: 5 },
      'Loss has risen for 5 evaluations while training loss fell. Best checkpoint kept, can win.',
    ],
    [
      'underperforming at a rung',
      {
        reason: 'underperforming',
        observed: 0.685,
        threshold: 0.665,
        place: 9,
        keeps: 8,
        rung: 3,
        peers,
        spread: 0.0056,
      },
      'At 8,592 samples its loss was 0.685, place 9 of 15 that had reached rung 3. The cut keeps 8. It missed by 0.02, which is 3.6 times the spread of its last evaluations.',
    ],
    [
      'underperforming by adaptive',
      {
        reason: 'underperforming',
        rule: 'E63',
        observed: 1.5,
        threshold: 1,
        place: 9,
        keeps: 8,
        rung: 3,
        peers,
      },
      'At 8,592 samples its loss, corrected for what is still to come, was 1.500, place 9 of 15 that had reached rung 3. The cut keeps 8. It missed by 0.500.',
    ],
    [
      'underperforming without a spread',
      {
        reason: 'underperforming',
        observed: 1.5,
        threshold: 1,
        place: 9,
        keeps: 8,
        rung: 3,
        peers,
        spread: 0,
      },
      'At 8,592 samples its loss was 1.500, place 9 of 15 that had reached rung 3. The cut keeps 8. It missed by 0.500.',
    ],
    [
      'underperforming by a tie',
      { reason: 'underperforming', observed: 1, threshold: 1, place: 9, keeps: 8, rung: 3, peers },
      'At 8,592 samples its loss was 1.000, place 9 of 15 that had reached rung 3. The cut keeps 8.',
    ],
    [
      'underperforming without a finite loss',
      { reason: 'underperforming', observed: null, threshold: 1, place: 9, keeps: 8, rung: 3, peers },
      'At 8,592 samples its loss was not a number, place 9 of 15 that had reached rung 3. The cut keeps 8.',
    ],
    [
      'underperforming by the median',
      { reason: 'underperforming', rule: 'E51', observed: 0.0123456, threshold: 0.01 },
      'At 8,592 samples its best loss was 0.0123; the middle of its peers was 0.01.',
    ],
    ['plateau', { reason: 'plateau', evaluations: 10 }, 'No gain above noise for 10 evaluations. Can win.'],
    [
      'plateau after one',
      { reason: 'plateau', evaluations: 1 },
      'No gain above noise for 1 evaluation. Can win.',
    ],
    ['plateau, not counted', { reason: 'plateau' }, 'No gain above noise for some evaluations. Can win.'],
    ['budget', { reason: 'budget' }, 'The budget was spent, at 8,592 samples.'],
    ['budget at 0', { reason: 'budget', atSamples: 0 }, 'Never started: the budget was spent on other runs.'],
    ['out of memory', { reason: 'out-of-memory' }, 'Did not fit, not even alone.'],
    ['preempted', { reason: 'preempted' }, 'Gave way to other work; comes back.'],
    ['user', { reason: 'user' }, 'Stopped by a person.'],
    ['no reason', {}, 'Stopped at 8,592 samples.'],
    ['keep', { kind: 'keep', rung: 2 }, 'Goes on after rung 2, at 8,592 samples.'],
    [
      'keep with a place',
      { kind: 'keep', rung: 3, place: 2, keeps: 8, observed: 0.5, threshold: 0.6, peers },
      'At 8,592 samples its loss was 0.500, place 2 of 15 that had reached rung 3. The cut keeps 8. It goes on.',
    ],
    [
      'pause',
      { kind: 'pause', rung: 1, atSamples: 1 },
      'Waits at rung 1 for runs that are still coming, at 1 sample.',
    ],
    [
      'pause without a rung',
      { kind: 'pause' },
      'Waits at the rung for runs that are still coming, at 8,592 samples.',
    ],
    ['start', { kind: 'start' }, 'Starts: a slot is free and it is next in the order of exploration.'],
    ['resume', { kind: 'resume', atSamples: 1234567 }, 'Continues from 1,234,567 samples: a slot is free.'],
    [
      'resume by widening',
      { kind: 'resume', rung: 4 },
      'Continues from 8,592 samples: slots are idle and it is the best of those that rung 4 cut.',
    ],
    [
      'a slope that is not known',
      { reason: 'diverged', rule: 'E21', observed: null, threshold: null },
      'Loss rose for some evaluations, slope not a number (limit not a number).',
    ],
    [
      'a slope that falls',
      { reason: 'diverged', rule: 'E21', observed: -0.5, threshold: 0, evaluations: 1 },
      'Loss rose for 1 evaluation, slope -0.5 (limit 0).',
    ],
  ])('[E8] says %s', (_, changes, sentence) => {
    expect(stop(changes)).toBe(sentence)
  })
})
