import type { SweepWork, TuningPolicy, TuningSnapshot } from '../model/snapshot'

/** Sweeps that are planned together: no later class delays an earlier one (rule P6). */
export interface Class {
  sweeps: readonly SweepWork[]
}

/**
 * Priority with ageing (rule P7): one level more for each `agingSeconds` of waiting since its submission, so that
 * whoever waits long enough comes before everyone who arrives later.
 */
export function effectivePriority(sweep: SweepWork, policy: TuningPolicy, now: number): number {
  return sweep.priority + Math.floor(Math.max(0, now - sweep.submittedAt) / policy.agingSeconds)
}

/**
 * Sorts waiting sweeps into classes: effective priority, then deadlines that would be missed by waiting, then projects
 * within their fair share before projects above it (rules P6, P7, P19 and P20).
 *
 * @param held GPUs of each sweep that runs
 */
export function classesOf(
  waiting: readonly SweepWork[],
  snapshot: TuningSnapshot,
  held: ReadonlyMap<string, readonly string[]>,
  policy: TuningPolicy,
  now: number,
): Class[] {
  const shares = fairShares(snapshot, held)
  const usage = new Map(shares.used)
  const keyed = [...waiting]
    .sort((a, b) => a.submittedAt - b.submittedAt || (a.id < b.id ? -1 : 1))
    .map((sweep) => {
      const left = sweep.remaining?.p90 ?? 0
      const urgent = sweep.deadline !== undefined && now + 2 * left >= sweep.deadline
      const after = (usage.get(sweep.projectId) ?? 0) + sweep.gpus
      usage.set(sweep.projectId, after)
      const over = after > (shares.share.get(sweep.projectId) ?? Number.POSITIVE_INFINITY)
      return { sweep, key: [-effectivePriority(sweep, policy, now), urgent ? 0 : 1, over ? 1 : 0] }
    })
    .sort((a, b) => a.key[0]! - b.key[0]! || a.key[1]! - b.key[1]! || a.key[2]! - b.key[2]!)
  const classes = new Map<string, SweepWork[]>()
  for (const { sweep, key } of keyed) {
    const name = key.join()
    const members = classes.get(name)
    if (members === undefined) classes.set(name, [sweep])
    else members.push(sweep)
  }
  return [...classes.values()].map((sweeps) => ({ sweeps }))
}

/** GPUs that each project that wants any has a right to, by weight, and those that it holds now. */
export function fairShares(
  snapshot: TuningSnapshot,
  held: ReadonlyMap<string, readonly string[]>,
): { share: Map<string, number>; used: Map<string, number> } {
  const used = new Map<string, number>()
  const wanting = new Set<string>()
  for (const sweep of snapshot.sweeps) {
    wanting.add(sweep.projectId)
    used.set(sweep.projectId, (used.get(sweep.projectId) ?? 0) + (held.get(sweep.id)?.length ?? 0))
  }
  const gpus = snapshot.nodes
    .filter((node) => node.state === 'alive')
    .reduce((sum, node) => sum + node.gpus.length, 0)
  const weight = (project: string) =>
    snapshot.shares.find((share) => share.projectId === project)?.weight ?? 1
  const total = [...wanting].reduce((sum, project) => sum + weight(project), 0)
  const share = new Map([...wanting].map((project) => [project, (gpus * weight(project)) / total]))
  // One project alone may use everything.
  if (wanting.size < 2) share.clear()
  return { share, used }
}
