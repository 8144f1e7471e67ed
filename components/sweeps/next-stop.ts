import type { RunRow } from '@/server/views/run-row'

type Stopped = Pick<RunRow, 'id' | 'number' | 'samples' | 'state' | 'stopReason'>

/** The next run along x that a rule or a person stopped, after the one that is selected; the first where none is. */
export function nextStop<R extends Stopped>(runs: readonly R[], selected: string | null): R | null {
  const stops = runs
    .filter((run) => run.stopReason !== null && (run.state === 'parked' || run.state === 'failed'))
    .sort((a, b) => a.samples - b.samples || a.number - b.number)
  if (stops.length === 0) return null
  const at = stops.findIndex((run) => run.id === selected)
  return stops[(at + 1) % stops.length] ?? null
}
