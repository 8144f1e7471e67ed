import { scaleLinear, scaleTime } from 'd3-scale'
import { formatShort, trimZeros } from '@/components/ui/format/number'

export interface Tick {
  value: number
  label: string
}

/** Ever denser sets of round mantissas for a logarithmic axis. */
const MANTISSAS: readonly (readonly number[])[] = [
  [1],
  [1, 3],
  [1, 2, 5],
  [1, 2, 4, 7],
  [1, 1.5, 2, 3, 5, 7],
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
]

/** Round values of a logarithmic axis inside [from, to], as many as fit `most`, at least two where any exist. */
export function logTickValues(from: number, to: number, most: number): number[] {
  let best: number[] = []
  for (const mantissas of MANTISSAS) {
    const values: number[] = []
    for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1)
      for (const mantissa of mantissas) {
        const value = Number((mantissa * 10 ** power).toPrecision(6))
        if (value >= from * 0.9999 && value <= to * 1.0001) values.push(value)
      }
    if (values.length > most && best.length >= 2) break
    best = values
    if (values.length > most) break
  }
  if (best.length >= 2) return best
  return scaleLinear()
    .domain([from, to])
    .ticks(Math.max(2, most - 1))
    .filter((value) => value > 0)
}

/** Labels of losses: as many decimals as their distance needs. */
export function lossTicks(values: readonly number[]): Tick[] {
  const least = Math.min(
    ...values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? 0))),
    values[0] || 1,
  )
  const decimals = Math.min(4, Math.max(least < 1 ? 1 : 0, Math.ceil(-Math.log10(least) - 0.001)))
  return values.map((value) => ({
    value,
    label: value >= 10 ? trimZeros(value.toFixed(1)) : value.toFixed(decimals),
  }))
}

/** Labels of counts: 600, 1k, 43k. */
export const countTicks = (values: readonly number[]): Tick[] =>
  values.map((value) => ({ value, label: formatShort(value) }))

/** Labels of seconds since the start: 0, 30 s, 5 min, 2 h. Unit of the values: seconds. */
export const secondTicks = (values: readonly number[]): Tick[] =>
  values.map((value) => {
    if (value === 0) return { value, label: '0' }
    if (value < 120) return { value, label: `${trimZeros(value.toFixed(1))} s` }
    if (value < 7200) return { value, label: `${trimZeros((value / 60).toFixed(1))} min` }
    return { value, label: `${trimZeros((value / 3600).toFixed(1))} h` }
  })

/** Round instants inside [from, to]. Unix milliseconds. */
export function timeTickValues(from: number, to: number, most: number): number[] {
  return scaleTime()
    .domain([new Date(from), new Date(to)])
    .ticks(most)
    .map((date) => date.getTime())
}

/** Drops ticks that would stand closer than `gap` pixels, the first one winning. */
export function spaced(ticks: readonly Tick[], place: (value: number) => number, gap: number): Tick[] {
  const kept: Tick[] = []
  let last = Number.NEGATIVE_INFINITY
  for (const tick of [...ticks].sort((a, b) => place(a.value) - place(b.value))) {
    const at = place(tick.value)
    if (at - last >= gap) {
      kept.push(tick)
      last = at
    }
  }
  return kept
}
