import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CurveColumns, CurveRun } from './curve'
import { assignSeries, emphasisedRuns, groupRuns } from './emphasis'
import { placeLabels } from './placeLabels'
import { type LossRequest, prepareLoss } from './prepareLoss'
import { reducePoints } from './reducePoints'
import { smooth } from './smooth'

const columns = (values: (number | null)[]): CurveColumns => ({
  steps: values.map((_, i) => (i + 1) * 10),
  samples: values.map((_, i) => (i + 1) * 100),
  seconds: values.map((_, i) => (i + 1) * 2),
  values,
  from: values.length,
})

const run = (n: number, values: (number | null)[], more: Partial<CurveRun> = {}): CurveRun => ({
  id: `id${n}`,
  label: `r${String(n).padStart(2, '0')}`,
  params: { learning_rate: n % 2 === 0 ? 2e-4 : 2e-3, rank: 8 },
  state: 'training',
  stopReason: null,
  pinned: false,
  best: Math.min(...values.filter((value): value is number => value !== null)),
  validation: columns(values),
  train: columns(values),
  ...more,
})

const request = (runs: CurveRun[], more: Partial<LossRequest> = {}): LossRequest => ({
  runs,
  rungs: [],
  width: 800,
  height: 360,
  measure: 'validation',
  x: 'samples',
  logX: true,
  logY: true,
  smoothing: 0,
  emphasis: 'best',
  series: assignSeries(new Map(), emphasisedRuns(runs)),
  selected: [],
  zoom: null,
  before: null,
  compact: false,
  ...more,
})

const falling = (from: number, count = 20) => Array.from({ length: count }, (_, i) => from / (1 + i * 0.1))
const many = (count: number) => Array.from({ length: count }, (_, i) => run(i + 1, falling(2 + i * 0.05)))

describe('emphasis', () => {
  it('colours the best 4 that train and every pinned run', () => {
    const runs = [...many(10), run(11, falling(9), { pinned: true, state: 'parked', stopReason: 'plateau' })]
    expect(emphasisedRuns(runs)).toEqual(['id1', 'id2', 'id3', 'id4', 'id11'])
  })

  it('takes the best that ended when nothing trains', () =>
    expect(emphasisedRuns(many(6).map((one) => ({ ...one, state: 'done' as const })))).toHaveLength(4))

  it('a run keeps its number; a new one takes the lowest free', () => {
    const before = assignSeries(new Map(), ['a', 'b', 'c'])
    expect([...assignSeries(before, ['c', 'd', 'a'])]).toEqual([
      ['c', 3],
      ['a', 1],
      ['d', 2],
    ])
  })

  it('never gives a number twice', () =>
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 12 }).map(String), { maxLength: 8 })),
        (rounds) => {
          let series = new Map<string, number>()
          for (const wanted of rounds) {
            series = assignSeries(series, wanted)
            expect(new Set(series.values()).size).toBe(wanted.length)
          }
        },
      ),
    ))

  it('groups are in order of the value', () =>
    expect(groupRuns(many(4), 'learning_rate').map((group) => group.value)).toEqual([2e-4, 2e-3]))
})

describe('prepareLoss', () => {
  it('keeps every run: what has no colour is in a context path', () => {
    const picture = prepareLoss(request(many(36)))
    expect(picture.lines).toHaveLength(4)
    expect(picture.context.training.match(/M/g)).toHaveLength(32)
  })

  it('a stopped run has its mark at its last point', () => {
    const picture = prepareLoss(
      request([run(1, falling(2)), run(2, falling(3, 5), { state: 'parked', stopReason: 'diverged' })]),
    )
    expect(picture.marks.map((mark) => mark.reason)).toEqual(['diverged'])
    expect(picture.counts).toEqual([{ reason: 'diverged', count: 1 }])
    const last = picture.points.filter((point) => point.id === 'id2').at(-1)
    expect([picture.marks[0]?.x, picture.marks[0]?.y]).toEqual([last?.x, last?.y])
  })

  it('a loss that was not a number does not break the line or the domain', () => {
    const picture = prepareLoss(
      request([run(1, [2, 1.5, null, null], { state: 'parked', stopReason: 'non-finite' })]),
    )
    expect(picture.points).toHaveLength(2)
    expect(Number.isFinite(picture.yDomain[1])).toBe(true)
  })

  it('one loss that explodes does not flatten the others', () => {
    const runs = [...many(20), run(99, [2, 900_000], { state: 'parked', stopReason: 'diverged' })]
    const picture = prepareLoss(request(runs))
    expect(picture.yDomain[1]).toBeLessThan(10)
    expect(picture.marks[0]?.y).toBe(picture.plot.top)
  })

  it('the domain only grows while the page is open', () => {
    const first = prepareLoss(request([run(1, [4, 3, 2])]))
    const next = prepareLoss(
      request([run(1, [2.5, 2.4])], { before: { x: first.xDomain, y: first.yDomain } }),
    )
    expect(next.yDomain).toEqual(first.yDomain)
    expect(next.xDomain).toEqual(first.xDomain)
  })

  it('a run that goes on beyond a zoom has no end in it, and its line leaves at the edge', () => {
    const { marks, ends, labels, points, plot } = prepareLoss(request(many(3), { zoom: [200, 450] }))
    expect([...marks, ...ends]).toEqual([])
    expect(points.every((point) => point.at >= 200 && point.at <= 450)).toBe(true)
    expect(labels.every((label) => label.x >= plot.right)).toBe(true)
  })

  it('a zoom is taken as it is', () =>
    expect(prepareLoss(request(many(3), { zoom: [500, 1000] })).xDomain).toEqual([500, 1000]))

  it('ticks are inside the domain, at most 7, and say what they count', () => {
    const picture = prepareLoss(request(many(3)))
    expect(picture.xTicks.length).toBeGreaterThanOrEqual(2)
    expect(picture.xTicks.length).toBeLessThanOrEqual(8)
    for (const tick of picture.xTicks) expect(tick.value).toBeLessThanOrEqual(picture.xDomain[1] * 1.001)
    expect(picture.xTitle).toBe('samples seen, log')
  })

  it('rungs are labelled one by one where there is room, else in one note', () => {
    const rungs = [1, 2, 3].map((number) => ({ number, samples: 100 * 2 ** number, kept: 4, of: 8 }))
    expect(prepareLoss(request(many(3), { rungs })).rungs[0]?.label).toBe('rung 1: kept 4 of 8')
    const small = prepareLoss(request(many(3), { rungs, compact: true, width: 360 }))
    expect(small.rungNote).toBe('rungs 1–3 dotted')
  })

  it('on other axes than samples there are no rungs', () =>
    expect(
      prepareLoss(request(many(2), { x: 'time', rungs: [{ number: 1, samples: 300, kept: 1, of: 2 }] }))
        .rungs,
    ).toEqual([]))

  it('says how many points it left out', () => {
    const picture = prepareLoss(request([run(1, falling(2, 5000))]))
    expect(picture.reduced?.from).toBe(5000)
    expect(picture.reduced!.to).toBeLessThan(1600)
  })

  it('has a sentence for screen readers', () =>
    expect(prepareLoss(request(many(3))).sentence).toMatch(
      /^Validation loss of 3 runs, 3 train, best r01 with 0\./,
    ))

  it('no data at all still has axes', () => {
    const picture = prepareLoss(request([]))
    expect(picture.yTicks.length).toBeGreaterThan(1)
    expect(picture.sentence).toBe('No run has a loss yet.')
  })
})

describe('points', () => {
  it('reducing keeps first, last, least and greatest', () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 65, maxLength: 900 }),
        (values) => {
          const points = values.map((value, index) => [index, value] as const)
          const kept = reducePoints(points, (x) => (x / values.length) * 100)
          expect(kept[0]).toEqual(points[0])
          expect(kept.at(-1)).toEqual(points.at(-1))
          const ys = kept.map((point) => point[1])
          expect(Math.min(...ys)).toBe(Math.min(...values))
          expect(Math.max(...ys)).toBe(Math.max(...values))
          expect(kept.length).toBeLessThanOrEqual(104)
        },
      ),
    ))

  it('smoothing starts at the first point and keeps a constant', () => {
    expect(
      smooth(
        [
          [0, 4],
          [1, 2],
        ],
        0.5,
      )[0],
    ).toEqual([0, 4])
    expect(
      smooth(
        [
          [0, 3],
          [1, 3],
          [2, 3],
        ],
        0.9,
      ).map((point) => point[1].toFixed(6)),
    ).toEqual(['3.000000', '3.000000', '3.000000'])
  })
})

describe('labels', () => {
  it('move apart where they meet and stay where they do not', () => {
    const places = placeLabels(
      [
        { id: 'a', x: 100, y: 50, width: 40 },
        { id: 'b', x: 110, y: 52, width: 40 },
        { id: 'c', x: 300, y: 51, width: 40 },
      ],
      { top: 0, bottom: 200, height: 14 },
    )
    expect(Math.abs(places.get('a')! - places.get('b')!)).toBeGreaterThanOrEqual(13.9)
    expect(places.get('c')).toBe(51)
  })
})
