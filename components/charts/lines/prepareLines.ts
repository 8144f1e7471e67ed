import { scaleLinear, scaleLog } from 'd3-scale'
import { placeLabels } from '../loss/placeLabels'
import { reducePoints } from '../loss/reducePoints'
import { roundDown, roundUp } from '../scale/domain'
import { logTickValues, type Tick } from '../scale/ticks'

export interface LineSeries {
  label: string
  colour: string
  dash?: string
  /** In order of x. */
  points: readonly (readonly [number, number])[]
}

export interface LinesRequest {
  series: readonly LineSeries[]
  width: number
  height: number
  xTicksOf: (values: readonly number[]) => Tick[]
  yTicksOf: (values: readonly number[]) => Tick[]
  /** Instead of round values: for instants. */
  xValues?: (from: number, to: number, most: number) => number[]
  logX?: boolean
  logY?: boolean
  /** Fixed range of y: 0…1 for a share. */
  yDomain?: readonly [number, number]
  xDomain?: readonly [number, number]
  labels: boolean
}

export interface LinesPicture {
  plot: { left: number; top: number; right: number; bottom: number }
  xTicks: (Tick & { at: number })[]
  yTicks: (Tick & { at: number })[]
  lines: {
    label: string
    colour: string
    dash?: string
    path: string
    end: [number, number] | null
    labelY: number
  }[]
  invertX: (pixel: number) => number
}

/** A few lines over one x: learning rate, gradient norm, utilisation. */
export function prepareLines(request: LinesRequest): LinesPicture {
  const { series, width, height, logX = false, logY = false, labels } = request
  const plot = { left: 52, top: 10, right: width - (labels ? 64 : 10), bottom: height - 22 }
  const all = series.flatMap((one) => one.points).filter(([x, y]) => Number.isFinite(y) && (!logX || x > 0))
  const xs = all.map((point) => point[0])
  const ys = all.map((point) => point[1]).filter((y) => !logY || y > 0)
  const least = (values: number[], otherwise: number) =>
    values.reduce((a, b) => Math.min(a, b), values[0] ?? otherwise)
  const most = (values: number[], otherwise: number) =>
    values.reduce((a, b) => Math.max(a, b), values[0] ?? otherwise)
  const xDomain = request.xDomain ?? [least(xs, logX ? 1 : 0), Math.max(most(xs, 1), least(xs, 0) + 1e-9)]
  const low = least(ys, 0)
  const high = most(ys, 1)
  const yDomain =
    request.yDomain ??
    (logY
      ? [roundDown(low) || 1e-6, roundUp(high * 1.02)]
      : [low < 0 ? -roundUp(-low) : 0, roundUp(high * 1.02) || 1])
  const x = (logX ? scaleLog() : scaleLinear()).domain(xDomain).range([plot.left, plot.right])
  const y = (logY ? scaleLog() : scaleLinear()).domain(yDomain).range([plot.bottom, plot.top])
  const clamp = (value: number) => Math.max(plot.top, Math.min(plot.bottom, value))
  const count = Math.max(2, Math.floor((plot.right - plot.left) / 90))
  const xValues = request.xValues
    ? request.xValues(xDomain[0], xDomain[1], count)
    : logX
      ? logTickValues(xDomain[0], xDomain[1], count)
      : x.ticks(count)
  const rows = height < 180 ? 3 : 5
  const yValues = logY ? logTickValues(yDomain[0]!, yDomain[1]!, rows) : y.ticks(rows)
  const round = (value: number) => Math.round(value * 10) / 10

  const lines = series.map((one) => {
    const ready = one.points.filter(
      ([px, py]) => Number.isFinite(py) && (!logX || px > 0) && (!logY || py > 0),
    )
    const pixels = reducePoints(ready, (value) => x(value)).map(
      ([px, py]) => [round(x(px)), round(clamp(y(py)))] as [number, number],
    )
    const end = pixels.at(-1) ?? null
    return {
      label: one.label,
      colour: one.colour,
      dash: one.dash,
      path: pixels.map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${px} ${py}`).join(''),
      end,
      labelY: end?.[1] ?? 0,
    }
  })
  const places = placeLabels(
    lines.flatMap((line) =>
      line.end ? [{ id: line.label, x: line.end[0], y: line.end[1], width: line.label.length * 7 }] : [],
    ),
    { top: plot.top, bottom: plot.bottom, height: 13 },
  )
  for (const line of lines) line.labelY = places.get(line.label) ?? line.labelY
  return {
    plot,
    xTicks: request.xTicksOf(xValues).map((tick) => ({ ...tick, at: round(x(tick.value)) })),
    yTicks: request.yTicksOf(yValues).map((tick) => ({ ...tick, at: round(y(tick.value)) })),
    lines,
    invertX: (pixel) => x.invert(pixel),
  }
}
