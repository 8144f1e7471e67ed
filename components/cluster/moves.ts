/** Something that changed who holds which GPUs. */
export interface Move {
  id: string
  /** Unix milliseconds. */
  at: number
  kind: 'start' | 'end' | 'planned'
  jobId: string
  name: string
  gpuIds: readonly string[]
  /** What the plan stored, or what is known of why it ended. */
  reason: string | null
}

interface Placed {
  id: string
  jobId: string
  jobName: string
  gpuIds: readonly string[]
  startedAt: Date
  endedAt: Date | null
  why: Readonly<Record<string, unknown>>
}

interface Planned {
  jobId: string
  jobName: string
  gpuIds: readonly string[]
  start: { p50: Date }
  runs: boolean
  why: string | null
}

/** Every move in order of time: placements with the reason that their plan stored, their ends, and planned starts. */
export function movesOf(blocks: readonly Placed[], planned: readonly Planned[]): Move[] {
  const moves: Move[] = []
  for (const block of blocks) {
    const { id, jobId, jobName: name, gpuIds, why } = block
    const reason = typeof why.message === 'string' ? why.message : null
    moves.push({
      id: `${id} start`,
      at: block.startedAt.getTime(),
      kind: 'start',
      jobId,
      name,
      gpuIds,
      reason,
    })
    if (block.endedAt)
      moves.push({
        id: `${id} end`,
        at: block.endedAt.getTime(),
        kind: 'end',
        jobId,
        name,
        gpuIds,
        reason: null,
      })
  }
  for (const { jobId, jobName: name, gpuIds, start, runs, why } of planned)
    if (!runs)
      moves.push({
        id: `${jobId} planned`,
        at: start.p50.getTime(),
        kind: 'planned',
        jobId,
        name,
        gpuIds,
        reason: why,
      })
  return moves.sort((a, b) => a.at - b.at || a.id.localeCompare(b.id))
}

/** The next instant after `at` in this direction at which something moved or a run ended; `null` where none is left. */
export function nextInstant(instants: readonly number[], at: number, direction: 1 | -1): number | null {
  const beyond = instants.filter((instant) => (direction === 1 ? instant > at + 999 : instant < at - 999))
  if (beyond.length === 0) return null
  return direction === 1 ? Math.min(...beyond) : Math.max(...beyond)
}
