import { scaleLinear } from 'd3-scale'
import { formatShare } from '@/components/ui/format/number'
import { formatTime } from '@/components/ui/format/time'
import { type Tick, timeTickValues } from '../scale/ticks'

/** Requests that ended in one window of time. */
export interface AttainmentWindow {
  /** Unix milliseconds of its middle. */
  at: number
  onTime: number
  total: number
  /** 95% interval of the share on time. */
  low: number
  high: number
}

export interface AttainmentRequest {
  windows: readonly AttainmentWindow[]
  /** Share that was promised, 0…1. */
  target: number
  from: number
  to: number
  width: number
  height: number
}

export interface AttainmentPicture {
  plot: { left: number; top: number; right: number; bottom: number }
  xTicks: (Tick & { at: number })[]
  yTicks: (Tick & { at: number })[]
  line: string
  band: string
  targetY: number
  /** Windows whose whole interval lies below the target. */
  broken: { at: number; x: number; y: number }[]
  /** Where the label of the line and that of the target stand, apart from each other. */
  valueY: number
  targetLabelY: number
  /** Share over all windows; `null` where nothing ended. */
  share: number | null
  sentence: string
}

const LABEL = 14
const round = (value: number): number => Math.round(value * 10) / 10

/** Share on time over time, with its interval and its target. Windows without a request leave a gap. */
export function prepareAttainment(request: AttainmentRequest): AttainmentPicture {
  const { target, from, to, width, height } = request
  const windows = request.windows.filter((one) => one.total > 0)
  const plot = { left: 40, top: 8, right: width - 68, bottom: height - 20 }
  const lowest = windows.reduce((least, one) => Math.min(least, one.low), target)
  const floor = Math.max(0, Math.floor(Math.min(0.8, lowest) * 5) / 5)
  const x = scaleLinear().domain([from, to]).range([plot.left, plot.right])
  const y = scaleLinear().domain([floor, 1]).range([plot.bottom, plot.top]).clamp(true)
  const pieces = unbroken(request.windows)
  const point = (at: number, share: number): string => `${round(x(at))} ${round(y(share))}`
  const onTime = windows.reduce((sum, one) => sum + one.onTime, 0)
  const total = windows.reduce((sum, one) => sum + one.total, 0)
  const share = total === 0 ? null : onTime / total
  const valueY = share === null ? plot.top : y(share)
  const targetY = round(y(target))
  const apart = Math.abs(valueY - targetY) < LABEL
  const above = valueY <= targetY
  const middle = (valueY + targetY) / 2
  return {
    plot,
    xTicks: timeTickValues(from, to, Math.max(2, Math.floor((plot.right - plot.left) / 56))).map((value) => ({
      value,
      label: formatTime(new Date(value)),
      at: round(x(value)),
    })),
    yTicks: y.ticks(3).map((value) => ({ value, label: `${Math.round(value * 100)}%`, at: round(y(value)) })),
    line: pieces
      .map((piece) =>
        piece.map((one, index) => `${index ? 'L' : 'M'}${point(one.at, one.onTime / one.total)}`).join(''),
      )
      .join(''),
    band: pieces
      .map(
        (piece) =>
          `M${[
            ...piece.map((one) => point(one.at, one.high)),
            ...piece.toReversed().map((one) => point(one.at, one.low)),
          ].join('L')}Z`,
      )
      .join(''),
    targetY,
    broken: windows
      .filter((one) => one.high < target)
      .map((one) => ({ at: one.at, x: round(x(one.at)), y: round(y(one.onTime / one.total)) })),
    valueY: round(apart ? middle + (above ? -LABEL / 2 : LABEL / 2) : valueY),
    targetLabelY: round(apart ? middle + (above ? LABEL / 2 : -LABEL / 2) : targetY),
    share,
    sentence:
      share === null
        ? 'No request ended in this time.'
        : `${formatShare(share)} of ${total} on time, target ${formatShare(target)}.`,
  }
}

function unbroken(windows: readonly AttainmentWindow[]): AttainmentWindow[][] {
  const pieces: AttainmentWindow[][] = [[]]
  for (const one of windows)
    if (one.total > 0) pieces.at(-1)!.push(one)
    else if (pieces.at(-1)!.length > 0) pieces.push([])
  return pieces.filter((piece) => piece.length > 0)
}
