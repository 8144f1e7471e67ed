import type { Curve } from '@/contracts/packed-curve'
import type { CurveColumns } from '../charts/loss/curve'

/** Curves of a sweep while the page is open: what the server sent, with live points added at the end. */
export interface CurveBook {
  /** By run id, then metric name. A new object whenever a curve changed, so that memos hold for the others. */
  readonly curves: ReadonlyMap<string, Readonly<Record<string, CurveColumns>>>
}

export interface LivePoint {
  runId: string
  name: string
  step: number
  samples: number
  /** Since the sweep started. */
  seconds: number
  value: number | null
}

const columnsOf = (curve: Curve): CurveColumns => ({
  steps: curve.step,
  samples: curve.samples,
  seconds: curve.seconds,
  values: curve.value,
  from: curve.from,
})

/** Curves as the server sent them, in the place of those of the same name that `before` has. */
export function openBook(curves: readonly Curve[], before: CurveBook | null = null): CurveBook {
  const byRun = new Map(before?.curves)
  for (const curve of curves)
    byRun.set(curve.runId, { ...byRun.get(curve.runId), [curve.name]: columnsOf(curve) })
  return { curves: byRun }
}

const last = (column: ArrayLike<number>) => (column.length === 0 ? -1 : column[column.length - 1]!)

/** Adds points that lie after what is known; a repeat or an older point changes nothing. */
export function addPoints(book: CurveBook, points: readonly LivePoint[]): CurveBook {
  const fresh = new Map<string, LivePoint[]>()
  for (const point of points) {
    const key = `${point.runId} ${point.name}`
    const known = book.curves.get(point.runId)?.[point.name]
    const list = fresh.get(key) ?? []
    const newest = list.length > 0 ? list.at(-1)!.step : known ? last(known.steps) : -1
    if (point.step <= newest) continue
    list.push(point)
    fresh.set(key, list)
  }
  if (fresh.size === 0) return book
  const curves = new Map(book.curves)
  for (const list of fresh.values()) {
    const { runId, name } = list[0]!
    const known = curves.get(runId)?.[name]
    curves.set(runId, {
      ...curves.get(runId),
      [name]: {
        steps: [...Array.from(known?.steps ?? []), ...list.map((point) => point.step)],
        samples: [...Array.from(known?.samples ?? []), ...list.map((point) => point.samples)],
        seconds: [...Array.from(known?.seconds ?? []), ...list.map((point) => point.seconds)],
        values: [...Array.from(known?.values ?? []), ...list.map((point) => point.value)],
        from: (known?.from ?? 0) + list.length,
      },
    })
  }
  return { curves }
}
