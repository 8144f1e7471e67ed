import { describe, expect, it } from 'vitest'
import { blocksAt, heldOverTime, prepareTimeline, type TimelineBlock } from './prepareTimeline'

const nodes = [
  { id: 'a', name: 'n0', facts: '', gpus: [0, 1, 2].map((i) => ({ id: `n0/${i}`, label: String(i) })) },
  { id: 'b', name: 'n1', facts: '', gpus: [{ id: 'n1/0', label: '0' }] },
]
const block = (more: Partial<TimelineBlock>): TimelineBlock => ({
  id: 'p1',
  jobId: 'j1',
  name: 'sql',
  nodeId: 'a',
  gpuIds: ['n0/0', 'n0/1'],
  start: 1_000_000,
  end: 1_600_000,
  series: 1,
  planned: false,
  ...more,
})
const request = {
  nodes,
  notches: [],
  utilisation: new Map(),
  from: 900_000,
  to: 2_000_000,
  now: 1_700_000,
  width: 900,
}

describe('timeline', () => {
  it('what ran has a bar a GPU; a planned gang is one block', () => {
    const picture = prepareTimeline({
      ...request,
      blocks: [block({}), block({ id: 'p2', planned: true, start: 1_750_000, end: 1_900_000 })],
    })
    expect(picture.blocks.map((one) => one.bars.length)).toEqual([2, 1])
  })

  it('what still runs ends at now', () => {
    const picture = prepareTimeline({ ...request, blocks: [block({ end: null })] })
    const bar = picture.blocks[0]!.bars[0]!
    expect(bar.x + bar.width).toBeCloseTo(picture.nowX!, 0)
  })

  it('a gang on GPUs that do not touch is drawn a row each, even when planned', () =>
    expect(
      prepareTimeline({ ...request, blocks: [block({ planned: true, gpuIds: ['n0/0', 'n0/2'] })] }).blocks[0]!
        .bars,
    ).toHaveLength(2))

  it('leaves out what lies outside the window', () =>
    expect(prepareTimeline({ ...request, blocks: [block({ start: 0, end: 100 })] }).blocks).toEqual([]))

  it('says what it shows', () =>
    expect(prepareTimeline({ ...request, blocks: [block({ end: null })] }).sentence).toBe(
      '4 devices of 2 nodes; 1 job on 2 of them now.',
    ))

  it('knows what was there at an instant', () => {
    expect(blocksAt([block({})], 1_200_000, 1_700_000)).toHaveLength(1)
    expect(blocksAt([block({})], 1_650_000, 1_700_000)).toHaveLength(0)
  })

  it('counts devices once, whatever is on them', () =>
    expect(
      heldOverTime(
        [block({}), block({ id: 'p3', gpuIds: ['n0/1'] })],
        1_000_000,
        1_600_000,
        1_700_000,
        2,
      ).map((one) => one.gpus),
    ).toEqual([2, 2]))
})
