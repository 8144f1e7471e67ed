import { describe, expect, it } from 'vitest'
import { addPoints, openBook } from './curve-book'
import { pointsOf } from './live-points'

const curve = (runId: string, values: number[]) => ({
  runId,
  name: 'val_loss',
  step: Int32Array.from(values, (_, i) => (i + 1) * 10),
  samples: Int32Array.from(values, (_, i) => (i + 1) * 80),
  seconds: Float32Array.from(values, (_, i) => i),
  value: Float32Array.from(values),
  from: values.length,
})
const point = (runId: string, step: number, value: number | null) => ({
  runId,
  name: 'val_loss',
  step,
  samples: step * 8,
  seconds: 9,
  value,
})

describe('curves while the page is open', () => {
  it('adds points after the last one, and a repeat changes nothing', () => {
    const book = openBook([curve('a', [2, 1.5])])
    const next = addPoints(book, [point('a', 30, 1.2), point('a', 30, 1.2), point('a', 20, 9)])
    expect(Array.from(next.curves.get('a')!.val_loss!.steps)).toEqual([10, 20, 30])
    expect(addPoints(next, [point('a', 30, 1.2)])).toBe(next)
  })

  it('keeps the curves of other runs as they were', () => {
    const book = openBook([curve('a', [2]), curve('b', [3])])
    const next = addPoints(book, [point('a', 20, 1)])
    expect(next.curves.get('b')).toBe(book.curves.get('b'))
  })

  it('starts the curve of a run that had none', () =>
    expect(addPoints(openBook([]), [point('c', 10, null)]).curves.get('c')!.val_loss!.values).toEqual([null]))
})

describe('points inside facts', () => {
  const since = new Date('2026-11-21T10:00:00Z')
  const base = { id: 1, at: since, jobId: 'j', nodeId: null }

  it('an evaluation has one validation loss', () =>
    expect(
      pointsOf(
        {
          ...base,
          kind: 'evaluation',
          runId: 'a',
          data: { step: 5, samples: 40, trainLoss: 1, valLoss: 1.1, at: '2026-11-21T10:00:30Z' },
        },
        since,
      ),
    ).toEqual([{ runId: 'a', name: 'val_loss', step: 5, samples: 40, seconds: 30, value: 1.1 }]))

  it('metrics have a point a step, a run and a name', () =>
    expect(
      pointsOf(
        {
          ...base,
          kind: 'metrics',
          runId: null,
          data: {
            runs: [
              {
                runId: 'a',
                steps: [1, 2],
                samples: [8, 16],
                at: [since.getTime() / 1000 + 1, since.getTime() / 1000 + 2],
                series: { train_loss: [3, null] },
              },
            ],
          },
        },
        since,
      ).map((one) => [one.step, one.seconds, one.value]),
    ).toEqual([
      [1, 1, 3],
      [2, 2, null],
    ]))

  it('other facts have none', () =>
    expect(pointsOf({ ...base, kind: 'sweep', runId: null, data: {} }, since)).toEqual([]))
})
