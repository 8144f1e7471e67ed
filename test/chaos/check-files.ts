import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** When a run was granted to its next attempt. */
export interface Grant {
  runId: string
  attempt: number
  atMs: number
}

/**
 * What attempts wrote, by the clock of the disk: an attempt that still writes after a later one was granted was at work
 * beside it, although the database refused its words (L6).
 */
export function checkFiles(artifacts: string, grants: readonly Grant[]): string[] {
  const violations: string[] = []
  for (const { runId, attempt, atMs } of grants)
    for (let earlier = 1; earlier < attempt; earlier++) {
      const folder = join(artifacts, 'runs', runId, `attempt-${earlier}`)
      const late = Math.round(newestIn(folder) - atMs)
      if (late > 0)
        violations.push(
          `Run ${runId}: attempt ${earlier} wrote a state ${late} ms after attempt ${attempt} was granted.`,
        )
    }
  return violations
}

/** Milliseconds since 1970 of the newest file below `folder`; folders count only by what is in them. */
function newestIn(folder: string): number {
  let newest = 0
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name)
    const at = entry.isDirectory()
      ? newestIn(path)
      : (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    newest = Math.max(newest, at)
  }
  return newest
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // Dropped by its retention, or never written.
    return []
  }
}
