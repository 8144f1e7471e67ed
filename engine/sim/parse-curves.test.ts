import { describe, expect, it } from 'vitest'
import { parseCurves } from './parse-curves'

const header = { task: 't', trainSamples: 100, epochs: 2, evaluationsPerRun: 2 }
const point = (step: number, changes: object = {}) => ({
  step,
  samples: 2 * step,
  trainLoss: 1,
  valLoss: 2,
  ...changes,
})
const run = {
  config: 'c1',
  params: { learning_rate: 1e-3, rank: 8, batch_size: 2 },
  totalSteps: 20,
  points: [point(10), point(20)],
}
const file = (...lines: unknown[]) =>
  lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
const without = (from: object, field: string) =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== field))

describe('parseCurves', () => {
  it('[E93] reads a header and runs, past empty lines', () => {
    const text = `\n${file(header, '', run, { ...run, config: 7 })}\n\n`
    expect(parseCurves(text)).toEqual({
      ok: true,
      sweep: { ...header, schedule: undefined, runs: [run, { ...run, config: '7' }] },
    })
  })

  it.each(['constant', 'linear', 'cosine'])('[E93] reads the schedule %s', (schedule) => {
    expect(parseCurves(file({ ...header, schedule }, run))).toMatchObject({ ok: true, sweep: { schedule } })
  })

  it('[E93] takes null for a loss that was not finite', () => {
    const points = [point(10, { trainLoss: null }), point(20, { valLoss: null })]
    expect(parseCurves(file(header, { ...run, points }))).toMatchObject({ ok: true })
  })

  it('[E93] takes an evaluation before the first step', () => {
    expect(parseCurves(file(header, { ...run, points: [point(0), point(20)] }))).toMatchObject({ ok: true })
  })

  it.each<[string, string, string]>([
    ['an empty file', '', 'The file is empty: line 1 should be the header of the sweep.'],
    ['a header alone', file(header), 'There is no run after the header on line 1.'],
    ['no JSON', file(header, '{"config": '), 'Line 2 is not JSON.'],
    [
      'NaN',
      file(header, '{"config": NaN}'),
      'Line 2 is not JSON: a loss that is not finite is written as null.',
    ],
    ['a list', file(header, '[]'), 'Line 2 must be a JSON object.'],
    ['a number', file('3', run), 'Line 1 must be a JSON object.'],
    ['null', file('null', run), 'Line 1 must be a JSON object.'],
    [
      'no task',
      file(without(header, 'task'), run),
      'Line 1: task must be a text that is not empty, and it is missing.',
    ],
    [
      'an empty task',
      file({ ...header, task: '' }, run),
      'Line 1: task must be a text that is not empty, not "".',
    ],
    ['no epochs', file({ ...header, epochs: 0 }, run), 'Line 1: epochs must be a number above 0, not 0.'],
    [
      'samples as text',
      file({ ...header, trainSamples: '100' }, run),
      'Line 1: trainSamples must be a number above 0, not "100".',
    ],
    [
      'no evaluations',
      file(without(header, 'evaluationsPerRun'), run),
      'Line 1: evaluationsPerRun must be a number above 0, and it is missing.',
    ],
    [
      'an unknown schedule',
      file({ ...header, schedule: 'step' }, run),
      'Line 1: schedule must be constant, linear or cosine, not "step".',
    ],
    [
      'no config',
      file(header, without(run, 'config')),
      'Line 2: config must be a text that is not empty, and it is missing.',
    ],
    ['no params', file(header, without(run, 'params')), 'Line 2: params must be an object.'],
    [
      'no rank',
      file(header, { ...run, params: without(run.params, 'rank') }),
      'Line 2: params.rank must be a number above 0, and it is missing.',
    ],
    [
      'a learning rate of 0',
      file(header, { ...run, params: { ...run.params, learning_rate: 0 } }),
      'Line 2: params.learning_rate must be a number above 0, not 0.',
    ],
    [
      'a batch size as text',
      file(header, { ...run, params: { ...run.params, batch_size: '2' } }),
      'Line 2: params.batch_size must be a number above 0, not "2".',
    ],
    [
      'negative steps',
      file(header, run, '', { ...run, config: 'd', totalSteps: -1 }),
      'Line 4: totalSteps must be a number above 0, not -1.',
    ],
    [
      'no points',
      file(header, { ...run, points: [] }),
      'Line 2: points must be a list with at least one evaluation.',
    ],
    [
      'points as text',
      file(header, { ...run, points: 'x' }),
      'Line 2: points must be a list with at least one evaluation.',
    ],
    ['a point as number', file(header, { ...run, points: [3] }), 'Line 2: points[0] must be an object.'],
    [
      'a point without samples',
      file(header, { ...run, points: [point(10), without(point(20), 'samples')] }),
      'Line 2: points[1].samples must be a number of at least 0, and it is missing.',
    ],
    [
      'a point before step 0',
      file(header, { ...run, points: [point(-1)] }),
      'Line 2: points[0].step must be a number of at least 0, not -1.',
    ],
    [
      'a loss as text',
      file(header, { ...run, points: [point(10, { valLoss: 'NaN' })] }),
      'Line 2: points[0].valLoss must be a number or null, not "NaN".',
    ],
    [
      'a missing loss',
      file(header, { ...run, points: [without(point(10), 'trainLoss')] }),
      'Line 2: points[0].trainLoss must be a number or null, and it is missing.',
    ],
    [
      'points out of order',
      file(header, { ...run, points: [point(20), point(10)] }),
      'Line 2: points[1] must have more steps and samples than the one before it.',
    ],
    [
      'points with equal samples',
      file(header, { ...run, points: [point(10), point(11, { samples: 20 })] }),
      'Line 2: points[1] must have more steps and samples than the one before it.',
    ],
    [
      'points with equal steps',
      file(header, { ...run, points: [point(10), point(10, { samples: 21 })] }),
      'Line 2: points[1] must have more steps and samples than the one before it.',
    ],
    ['a config twice', file(header, run, run), 'Line 3: config c1 was already on line 2.'],
    [
      'no finite loss at all',
      file(header, { ...run, points: [point(10, { valLoss: null })] }),
      'No run has a valLoss that is a number, so there is no best run to find.',
    ],
  ])('[E93] refuses %s', (_, text, message) => {
    expect(parseCurves(text)).toEqual({ ok: false, message })
  })
})
