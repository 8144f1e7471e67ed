import { scaleLinear } from 'd3-scale'
import { timeTickValues } from '../charts/scale/ticks'
import { formatDuration } from '../ui/format/duration'
import { plural } from '../ui/format/number'

interface Ends {
  p10: Date
  p50: Date
  p90: Date
}

export interface ForecastSweep {
  name: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  submittedAt: Date
  startedAt: Date | null
  endedAt: Date | null
  forecastAt: Date | null
  /** Newest forecast of a sweep that has not ended. */
  end: Ends | null
  /** Oldest first. */
  history: readonly { madeAt: Date; end: Ends }[]
}

export interface ForecastPicture {
  /** P10–P90 as one closed area, P50 as one line. */
  band: string
  line: string
  /** The instant itself: where no time is left. */
  diagonal: string
  /** Where it really ended. */
  endY: number | null
  nowX: number | null
  xTicks: { at: number; x: number }[]
  yTicks: { at: number; y: number }[]
  plot: { left: number; top: number; right: number; bottom: number }
  /** "said 15:21 ± …" in words, for the caption and for screen readers. */
  caption: string
}

const round = (value: number) => Math.round(value * 10) / 10

/**
 * What was said about a sweep's end, by when it was said. Both axes are times of one clock; a forecast that never
 * changed is a level line. `null` where nothing was forecast.
 *
 * @param now Unix milliseconds
 */
export function prepareForecast(
  sweep: ForecastSweep,
  width: number,
  height: number,
  now: number,
): ForecastPicture | null {
  const past = [...sweep.history]
  const newest = sweep.end && sweep.forecastAt ? { madeAt: sweep.forecastAt, end: sweep.end } : null
  if (newest && newest.madeAt.getTime() > (past.at(-1)?.madeAt.getTime() ?? 0)) past.push(newest)
  if (past.length === 0) return null

  const plot = { left: 42, top: 8, right: Math.max(80, width - 8), bottom: height - 22 }
  const ended = sweep.endedAt?.getTime() ?? null
  const from = Math.min((sweep.startedAt ?? sweep.submittedAt).getTime(), past[0]!.madeAt.getTime())
  const last = past.at(-1)!
  const to = Math.max(ended ?? now, last.madeAt.getTime(), from + 60_000)
  const ends = past.flatMap(({ end }) => [end.p10.getTime(), end.p90.getTime()])
  const low = Math.min(...ends, ended ?? Number.POSITIVE_INFINITY)
  const high = Math.max(...ends, ended ?? 0)
  const pad = Math.max(30_000, (high - low) * 0.08)
  const x = scaleLinear().domain([from, to]).range([plot.left, plot.right])
  const y = scaleLinear()
    .domain([low - pad, high + pad])
    .range([plot.bottom, plot.top])

  // A forecast holds until the next is made, so the last one goes on to the end of the axis.
  const points = past.map(({ madeAt, end }) => ({ at: x(madeAt.getTime()), end }))
  points.push({ at: x(to), end: last.end })
  const upper = points.map(({ at, end }) => `${round(at)} ${round(y(end.p90.getTime()))}`)
  const lower = points.map(({ at, end }) => `${round(at)} ${round(y(end.p10.getTime()))}`).reverse()
  const cut = (at: number) => Math.max(low - pad, Math.min(high + pad, at))
  const [a, b] = [cut(from), cut(to)]
  return {
    plot,
    band: `M${[...upper, ...lower].join('L')}Z`,
    line: `M${points.map(({ at, end }) => `${round(at)} ${round(y(end.p50.getTime()))}`).join('L')}`,
    diagonal: b > a ? `M${round(x(a))} ${round(y(a))}L${round(x(b))} ${round(y(b))}` : '',
    endY: ended === null ? null : round(y(ended)),
    nowX: ended === null && now <= to ? round(x(Math.min(now, to))) : null,
    xTicks: timeTickValues(from, to, Math.max(2, Math.floor((plot.right - plot.left) / 80))).map((at) => ({
      at,
      x: round(x(at)),
    })),
    yTicks: timeTickValues(low - pad, high + pad, 4).map((at) => ({ at, y: round(y(at)) })),
    caption: caption(sweep, past),
  }
}

/** How the first forecast compares with what happened, or how far the newest one reaches. */
function caption(sweep: ForecastSweep, past: readonly { madeAt: Date; end: Ends }[]): string {
  const first = past[0]!
  const count = plural(past.length, 'forecast')
  if (sweep.endedAt === null) {
    const { end } = past.at(-1)!
    const wide = (end.p90.getTime() - end.p10.getTime()) / 1000
    return `${count}; P10 and P90 lie ${formatDuration(wide)} apart`
  }
  const off = (sweep.endedAt.getTime() - first.end.p50.getTime()) / 1000
  const inside = sweep.endedAt >= first.end.p10 && sweep.endedAt <= first.end.p90
  return `${count}; the first was ${formatDuration(Math.abs(off))} ${off >= 0 ? 'too early' : 'too late'}, ${
    inside ? 'inside' : 'outside'
  } its range`
}
