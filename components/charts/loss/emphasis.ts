import type { CurveRun } from './curve'

export type Emphasis = 'best' | 'selected' | `by:${string}`

/** Of many runs at most this many have a colour. */
export const MOST_EMPHASISED = 8
const BEST = 4

const byBest = (a: CurveRun, b: CurveRun) =>
  (a.best ?? Number.POSITIVE_INFINITY) - (b.best ?? Number.POSITIVE_INFINITY) ||
  a.label.localeCompare(b.label)

/** The best 4 that train (or, when too few train, the best that ended) and every pinned run; ids in order of their loss. */
export function emphasisedRuns(runs: readonly CurveRun[]): string[] {
  const known = runs.filter((run) => run.best !== null).sort(byBest)
  const training = known.filter((run) => run.state === 'training')
  const ended = known.filter((run) => run.state !== 'training' && run.state !== 'waiting')
  const best = [...training, ...ended].slice(0, BEST)
  const pinned = known.filter((run) => run.pinned && !best.includes(run))
  return [...best, ...pinned].slice(0, MOST_EMPHASISED).map((run) => run.id)
}

/**
 * Series numbers 1 to 8. A run keeps its number while it is emphasised; a new one takes the lowest that is free.
 */
export function assignSeries(
  before: ReadonlyMap<string, number>,
  wanted: readonly string[],
): Map<string, number> {
  const next = new Map<string, number>()
  for (const id of wanted) {
    const number = before.get(id)
    if (number !== undefined) next.set(id, number)
  }
  const taken = new Set(next.values())
  for (const id of wanted) {
    if (next.has(id)) continue
    const free = [1, 2, 3, 4, 5, 6, 7, 8].find((number) => !taken.has(number))
    if (free === undefined) break
    taken.add(free)
    next.set(id, free)
  }
  return next
}

export const seriesColour = (number: number): string => `var(--series-${number})`
/** 6 to 8 come close to others for some eyes, so they have a dash. */
export const seriesDash = (number: number): string | undefined =>
  number === 6 ? '6 3' : number === 7 ? '2 3' : number === 8 ? '8 3 2 3' : undefined

/** The parameter whose values have the colours, where the runs are shown by one. */
export const groupedBy = (emphasis: string): string | null =>
  emphasis.startsWith('by:') ? emphasis.slice(3) : null

/** Groups of runs by one parameter, in order of its value, each with a step of a ramp from light to strong. */
export function groupRuns(
  runs: readonly CurveRun[],
  name: string,
): { key: string; value: unknown; runs: CurveRun[]; colour: string }[] {
  const groups = new Map<string, { value: unknown; runs: CurveRun[] }>()
  for (const run of runs) {
    const value = run.params[name]
    const key = JSON.stringify(value ?? null)
    const group = groups.get(key) ?? { value, runs: [] }
    group.runs.push(run)
    groups.set(key, group)
  }
  const sorted = [...groups.entries()].sort(([, a], [, b]) =>
    typeof a.value === 'number' && typeof b.value === 'number'
      ? a.value - b.value
      : String(a.value).localeCompare(String(b.value)),
  )
  return sorted.map(([key, group], index) => {
    const share = sorted.length === 1 ? 100 : Math.round(30 + (70 * index) / (sorted.length - 1))
    return { key, ...group, colour: `color-mix(in oklab, var(--series-1) ${share}%, var(--ctx-2))` }
  })
}
