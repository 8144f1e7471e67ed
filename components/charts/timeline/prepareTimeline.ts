import { scaleTime } from 'd3-scale'
import { plural } from '@/components/ui/format/number'
import type { StopReason } from '@/engine/model/reasons'
import { timeTickValues } from '../scale/ticks'

export interface TimelineGpu {
  /** `n0/3` */
  id: string
  label: string
}

export interface TimelineNode {
  id: string
  name: string
  /** "8× H200, 141 GB" */
  facts: string
  gpus: readonly TimelineGpu[]
}

/** One job on a gang of GPUs of one node. Unix milliseconds. */
export interface TimelineBlock {
  id: string
  jobId: string
  name: string
  /** Said instead of the name where that has no room. */
  short?: string
  nodeId: string
  gpuIds: readonly string[]
  start: number
  /** `null` while it runs. */
  end: number | null
  /** Series 1 to 8: the job's colour. */
  series: number
  planned: boolean
  /** P10–P90 of the end of what runs or is planned. */
  endRange?: { p10: number; p50: number; p90: number }
}

export interface TimelineNotch {
  runId: string
  label: string
  gpuId: string
  at: number
  reason: StopReason
  series: number
}

export interface TimelineRequest {
  nodes: readonly TimelineNode[]
  blocks: readonly TimelineBlock[]
  notches: readonly TimelineNotch[]
  /** Share busy per GPU, in order of time. */
  utilisation: ReadonlyMap<string, readonly { from: number; to: number; share: number }[]>
  from: number
  to: number
  now: number
  width: number
}

export interface BlockShape {
  id: string
  jobId: string
  text: string
  /** One bar a GPU of what ran; a planned gang is one tall bar. */
  bars: { x: number; y: number; width: number; height: number }[]
  series: number
  planned: boolean
  /** Continues left of the window: no solid edge there. */
  openLeft: boolean
  /** P10–P90 of its end, once for each of its bars. */
  ranges: { x1: number; x2: number; y: number; top: number; height: number }[]
}

export interface TimelinePicture {
  height: number
  /** Height of a device's bar. */
  bar: number
  left: number
  right: number
  nodes: { id: string; name: string; facts: string; y: number }[]
  rows: { id: string; label: string; y: number }[]
  blocks: BlockShape[]
  notches: { x: number; y: number; series: number; runId: string; label: string; reason: StopReason }[]
  strips: { x: number; y: number; width: number; step: 0 | 1 | 2 | 3 | 4 }[]
  ticks: { x: number; at: number }[]
  nowX: number | null
  place: (at: number) => number
  invert: (x: number) => number
  sentence: string
}

const NODE_HEAD = 22
const TOP = 28
const LEFT = 48
/** Below each bar: the utilisation strip and air. */
const UNDER = 6

/** Few devices get taller rows, many get 18 pixels. */
export const rowHeight = (devices: number): number => (devices <= 8 ? 30 : devices <= 16 ? 24 : 18)

const step = (share: number): 0 | 1 | 2 | 3 | 4 =>
  share <= 0.05 ? 0 : share <= 0.35 ? 1 : share <= 0.6 ? 2 : share <= 0.85 ? 3 : 4

/** Where every GPU, block, notch and strip of the cluster's timeline lies. */
export function prepareTimeline(request: TimelineRequest): TimelinePicture {
  const { nodes, blocks, width, from, to, now } = request
  const right = width - 12
  const x = scaleTime()
    .domain([new Date(from), new Date(to)])
    .range([LEFT, right])
  const place = (at: number) => Math.round(x(new Date(at)) * 10) / 10
  const clamp = (at: number) => Math.max(LEFT, Math.min(right, place(at)))

  const row = rowHeight(nodes.reduce((sum, node) => sum + node.gpus.length, 0))
  const bar = row - UNDER
  const rows: TimelinePicture['rows'] = []
  const heads: TimelinePicture['nodes'] = []
  let y = TOP
  for (const node of nodes) {
    heads.push({ id: node.id, name: node.name, facts: node.facts, y: y + 14 })
    y += NODE_HEAD
    for (const gpu of node.gpus) {
      rows.push({ id: gpu.id, label: gpu.label, y })
      y += row
    }
    y += 8
  }
  const rowOf = new Map(rows.map((one) => [one.id, one.y]))

  const shapes: BlockShape[] = []
  for (const block of blocks) {
    const end = block.end ?? (block.planned ? block.start : now)
    if (end < from || block.start > to) continue
    const ys = block.gpuIds.map((id) => rowOf.get(id)).filter((value) => value !== undefined)
    if (ys.length === 0) continue
    const left = clamp(block.start)
    const wide = Math.max(2, clamp(end) - left)
    const bars = (block.planned ? touching(ys, row) : ys.map((at) => [at, at] as const)).map(
      ([first, last]) => ({ x: left, y: first, width: wide, height: last - first + bar }),
    )
    const fits = (text: string) => wide > text.length * 6.2 + 12
    const { endRange: range, short = '' } = block
    shapes.push({
      id: block.id,
      jobId: block.jobId,
      text: fits(block.name) ? block.name : fits(short) ? short : '',
      bars,
      series: block.series,
      planned: block.planned,
      openLeft: block.start < from,
      ranges: range
        ? bars.map(({ y: top, height }) => ({
            x1: clamp(range.p10),
            x2: clamp(range.p90),
            y: top + height + 2,
            top,
            height,
          }))
        : [],
    })
  }

  const strips: TimelinePicture['strips'] = []
  for (const one of rows)
    for (const span of request.utilisation.get(one.id) ?? []) {
      if (span.to < from || span.from > to) continue
      strips.push({
        x: clamp(span.from),
        y: one.y + bar + 1,
        width: Math.max(1, clamp(span.to) - clamp(span.from)),
        step: step(span.share),
      })
    }

  const running = blocks.filter((block) => !block.planned && block.end === null)
  return {
    height: y + 4,
    bar,
    left: LEFT,
    right,
    nodes: heads,
    rows,
    blocks: shapes,
    notches: request.notches
      .filter((notch) => notch.at >= from && notch.at <= to && rowOf.has(notch.gpuId))
      .map((notch) => ({
        x: place(notch.at),
        y: (rowOf.get(notch.gpuId) ?? 0) + 4,
        series: notch.series,
        runId: notch.runId,
        label: notch.label,
        reason: notch.reason,
      })),
    strips,
    ticks: timeTickValues(from, to, Math.max(2, Math.floor((right - LEFT) / 90))).map((at) => ({
      at,
      x: place(at),
    })),
    nowX: now >= from && now <= to ? place(now) : null,
    place,
    invert: (pixel) => x.invert(pixel).getTime(),
    sentence: `${plural(rows.length, 'device')} of ${plural(nodes.length, 'node')}; ${plural(running.length, 'job')} on ${
      new Set(running.flatMap((block) => block.gpuIds)).size
    } of them now.`,
  }
}

/** Rows that lie below each other without a gap, as first and last of each stretch. */
function touching(ys: readonly number[], row: number): [first: number, last: number][] {
  const stretches: [number, number][] = []
  for (const y of [...ys].sort((a, b) => a - b)) {
    const open = stretches.at(-1)
    if (open && y - open[1] === row) open[1] = y
    else stretches.push([y, y])
  }
  return stretches
}

/** What was on each GPU at one instant, or, after now, what is planned to be: the timeline's text form. */
export function blocksAt(blocks: readonly TimelineBlock[], at: number, now: number): TimelineBlock[] {
  return blocks.filter((block) => block.planned === at > now && block.start <= at && at <= (block.end ?? now))
}

/** GPUs held per slot of `count` equal slots in [from, to], for the overview bar. */
export function heldOverTime(
  blocks: readonly TimelineBlock[],
  from: number,
  to: number,
  now: number,
  count: number,
) {
  const size = (to - from) / count
  return Array.from({ length: count }, (_, index) => {
    const middle = from + (index + 0.5) * size
    const held = blocks.filter(
      (block) => block.start <= middle && middle <= (block.end ?? (block.planned ? block.start : now)),
    )
    return {
      from: from + index * size,
      gpus: new Set(held.flatMap((block) => block.gpuIds)).size,
      planned: middle > now,
    }
  })
}
