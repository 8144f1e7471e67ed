import { scaleLinear } from 'd3-scale'
import { roundUp } from '../scale/domain'
import { secondTicks, spaced, type Tick } from '../scale/ticks'

/** What one GPU did for a request, in seconds since the request came. */
export interface WaterfallCell {
  gpu: string
  from: number
  to: number
  /** `planned` has not happened. */
  kind: 'encode' | 'step' | 'decode' | 'planned'
}

/** Steps in a row on the same GPUs. */
export interface StepGroup {
  from: number
  to: number
  firstStep: number
  lastStep: number
  /** SP degree of a video, batch of an image. */
  width: number
}

export interface WaterfallRequest {
  cells: readonly WaterfallCell[]
  groups: readonly StepGroup[]
  /** Times without GPUs between steps. */
  pauses: readonly { from: number; to: number }[]
  /** Until it first had a GPU. */
  queuedUntil: number
  /** Slack at instants, in order; constant in time while it works as planned. */
  slack: readonly (readonly [at: number, slack: number])[]
  deadline: number
  /** `null` where it has ended. */
  now: number | null
  width: number
}

export interface WaterfallPicture {
  height: number
  plot: { left: number; right: number; top: number; bottom: number }
  xTicks: (Tick & { at: number })[]
  rows: { gpu: string; y: number }[]
  cells: { key: string; kind: WaterfallCell['kind']; x: number; y: number; width: number }[]
  pauses: { x: number; width: number }[]
  queue: { x: number; width: number } | null
  groups: { key: string; x1: number; x2: number; steps: string; width: string; roomy: boolean }[]
  groupY: number
  deadlineX: number
  nowX: number | null
  slack: {
    top: number
    bottom: number
    zeroY: number
    ticks: (Tick & { at: number })[]
    path: string
    end: { x: number; y: number; label: string } | null
  } | null
  sentence: string
}

const ROW = 13
const LEFT = 52
const TOP = 20
const GROUPS = 34
const SLACK = 84

const round = (value: number): number => Math.round(value * 10) / 10
const steps = (group: StepGroup): string =>
  group.firstStep === group.lastStep ? `${group.firstStep}` : `${group.firstStep}–${group.lastStep}`

/**
 * Where the time of a request went: a row for each GPU that worked on it, a cell for each step, so the height shows the
 * degree; below, on the same axis of seconds, its slack. A cell keeps a hairline to its neighbour where there is room.
 */
export function prepareWaterfall(request: WaterfallRequest): WaterfallPicture {
  const { cells, groups, pauses, queuedUntil, slack, deadline, now, width } = request
  const last = cells.reduce((most, cell) => Math.max(most, cell.to), 0)
  const end = roundUp(Math.max(last, deadline, now ?? 0, 0.1) * 1.02)
  const plotRight = width - 12
  const x = scaleLinear().domain([0, end]).range([LEFT, plotRight])
  const gpus = [...new Set(cells.map((cell) => cell.gpu))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  )
  const rowY = new Map(gpus.map((gpu, index) => [gpu, TOP + index * ROW]))
  const bottom = TOP + Math.max(1, gpus.length) * ROW
  const slackTop = bottom + GROUPS + 14
  const ticks = spaced(
    secondTicks(x.ticks(Math.max(2, Math.floor((plotRight - LEFT) / 64)))),
    (v) => x(v),
    40,
  )
  const paused = pauses.reduce((sum, pause) => sum + pause.to - pause.from, 0)
  return {
    height: slack.length > 0 ? slackTop + SLACK + 10 : bottom + GROUPS,
    plot: { left: LEFT, right: plotRight, top: TOP, bottom },
    xTicks: ticks.map((tick) => ({ ...tick, at: round(x(tick.value)) })),
    rows: gpus.map((gpu) => ({ gpu, y: rowY.get(gpu)! })),
    cells: cells.map((cell) => {
      const from = x(cell.from)
      const wide = x(cell.to) - from
      return {
        key: `${cell.gpu} ${cell.from} ${cell.kind}`,
        kind: cell.kind,
        x: round(from),
        y: rowY.get(cell.gpu)!,
        width: round(Math.max(0.6, wide > 3 ? wide - 1 : wide)),
      }
    }),
    pauses: pauses.map((pause) => ({ x: round(x(pause.from)), width: round(x(pause.to) - x(pause.from)) })),
    queue: queuedUntil > 0 ? { x: LEFT, width: round(x(queuedUntil) - LEFT) } : null,
    groups: groups.map((group) => {
      const x1 = x(group.from)
      const x2 = x(group.to)
      return {
        key: `${group.firstStep}`,
        x1: round(x1),
        x2: round(x2),
        steps: steps(group),
        width: `${group.width}`,
        roomy: x2 - x1 >= steps(group).length * 6 + 2,
      }
    }),
    groupY: bottom + 5,
    deadlineX: round(x(deadline)),
    nowX: now === null ? null : round(x(now)),
    slack: slack.length > 0 ? slackPart(slack, (at) => x(at), slackTop) : null,
    sentence: `${queuedUntil.toFixed(1)} s queued, ${groups.length} ${
      groups.length === 1 ? 'group' : 'groups'
    } of steps on ${gpus.length} ${gpus.length === 1 ? 'GPU' : 'GPUs'}, ${paused.toFixed(1)} s paused, deadline after ${deadline.toFixed(1)} s.`,
  }
}

function slackPart(
  slack: WaterfallRequest['slack'],
  x: (at: number) => number,
  top: number,
): NonNullable<WaterfallPicture['slack']> {
  const values = slack.map(([, value]) => value)
  const high = roundUp(Math.max(...values, 0.1))
  const least = Math.min(...values, 0)
  const low = least < 0 ? -roundUp(-least) : -high * 0.12
  const bottom = top + SLACK
  const y = scaleLinear().domain([low, high]).range([bottom, top])
  const [lastAt, lastValue] = slack.at(-1)!
  return {
    top,
    bottom,
    zeroY: round(y(0)),
    ticks: secondTicks(y.ticks(3)).map((tick) => ({ ...tick, at: round(y(tick.value)) })),
    path: slack
      .map(([at, value], index) => `${index === 0 ? 'M' : 'L'}${round(x(at))} ${round(y(value))}`)
      .join(''),
    end: {
      x: round(x(lastAt)),
      y: round(y(lastValue)),
      label: lastValue < 0 ? `late ${(-lastValue).toFixed(1)} s` : `slack ${lastValue.toFixed(1)} s`,
    },
  }
}
