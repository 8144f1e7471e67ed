import type { SweepWork } from '../model/snapshot'

/** A total order: higher priority, then earlier submission, then id (rule P1). */
export function inOrder(sweeps: readonly SweepWork[]): SweepWork[] {
  return [...sweeps].sort(
    (a, b) =>
      b.priority - a.priority || a.submittedAt - b.submittedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  )
}
