import type { RunRow } from '@/server/views/run-row'
import { formatParameters, runLabel } from '../ui/format/parameter'

type Filtered = Pick<RunRow, 'state' | 'stopReason' | 'number' | 'params'>

/** What a run is counted under in the filters: its stop reason where it has one, else its state. */
export const filterKey = (run: Pick<RunRow, 'state' | 'stopReason'>): string =>
  (run.state === 'parked' || run.state === 'failed') && run.stopReason ? run.stopReason : run.state

/** Runs with this state or reason whose name or parameters contain every word: "rank 8 lr 2e-4". */
export function filterRuns<R extends Filtered>(runs: readonly R[], state: string, words: string): R[] {
  const phrases = words
    .toLowerCase()
    .split(/[,;]+/)
    .map((phrase) => phrase.trim())
    .filter(Boolean)
  return runs.filter((run) => {
    if (state !== 'all' && filterKey(run) !== state) return false
    if (phrases.length === 0) return true
    const text =
      `${runLabel(run.number)}, ${formatParameters(run.params, Object.keys(run.params))},`.toLowerCase()
    return phrases.every((phrase) => text.includes(phrase))
  })
}
