import type { HistoryRow } from './history-log'

const LIVE = new Set(['starting', 'running', 'ending'])
const ENDED = new Set(['done', 'failed', 'cancelled'])

/**
 * Replays the log of claims, writes and stops and says, one sentence each, where it breaks a rule of docs/spec/lease.md:
 * epochs grow (L2), one live attempt a run (L1), no write under an old epoch (L3), nothing is taken from a node whose
 * lease is in force (L7), every stop commits with its decision (L9), a request ends once and stays ended (S37).
 */
export function checkClaims(history: readonly HistoryRow[]): string[] {
  const violations: string[] = []
  const newest = new Map<string, { epoch: number; number: number }>()
  const live = new Map<string, Set<number>>()
  const leases = new Map<string, { epoch: number; expiresAtMs: number }>()
  const answered = new Map<string, number>()
  const stopped = new Set(
    history
      .filter((row) => row.subject === 'Decision' && row.after?.kind === 'stop')
      .map((row) => `${row.transaction} ${row.after!.runId as string}`),
  )

  const lostNodes = new Set(
    history
      .filter((row) => row.subject === 'Node' && row.after?.state === 'lost')
      .map((row) => row.transaction),
  )

  const attempt = (row: HistoryRow) => {
    const { runId, number, epoch, state } = row.after as {
      runId: string
      number: number
      epoch: number
      state: string
    }
    if (row.operation === 'INSERT') {
      const before = newest.get(runId)
      if (before && (epoch <= before.epoch || number <= before.number))
        violations.push(`Run ${runId}: attempt ${number} got epoch ${epoch} after epoch ${before.epoch}.`)
      newest.set(runId, { epoch, number })
    }
    const alive = live.get(runId) ?? new Set()
    live.set(runId, alive)
    if (LIVE.has(state)) alive.add(number)
    else alive.delete(number)
    if (alive.size > 1)
      violations.push(`Run ${runId}: attempts ${[...alive].join(' and ')} were live at the same time.`)
    const lease = leases.get(`run:${runId}`)
    if (state === 'lost' && lostNodes.has(row.transaction) && lease?.epoch === epoch) {
      const early = Math.round(lease.expiresAtMs - row.atMs)
      if (early > 0)
        violations.push(`Run ${runId}: attempt ${number} was given up ${early} ms before its lease ended.`)
    }
  }
  const lease = (row: HistoryRow) => {
    const subject = (row.after ?? row.before)!.subject as string
    if (row.operation === 'DELETE') {
      leases.delete(subject)
      return
    }
    const { epoch, expiresAt } = row.after as { epoch: number; expiresAt: string }
    const before = leases.get(subject)
    if (before && epoch < before.epoch)
      violations.push(`Lease ${subject}: epoch ${epoch} was written over epoch ${before.epoch}.`)
    leases.set(subject, { epoch, expiresAtMs: Date.parse(expiresAt) })
  }
  const run = (row: HistoryRow) => {
    const { id, stopReason, state } = row.after as { id: string; stopReason: string | null; state: string }
    const isStop = state === 'parked' && stopReason !== null && row.before?.state !== 'parked'
    if (isStop && !stopped.has(`${row.transaction} ${id}`))
      violations.push(`Run ${id}: it was stopped (${stopReason}) without a decision in the same transaction.`)
  }

  const request = (row: HistoryRow) => {
    const { id, state } = row.after as { id: string; state: string }
    const before = row.before!.state as string
    if (ENDED.has(before)) violations.push(`Request ${id}: it was ${before} and became ${state}.`)
    if (ENDED.has(state)) answered.set(id, (answered.get(id) ?? 0) + 1)
    if (answered.get(id) === 2) violations.push(`Request ${id}: it ended twice.`)
  }

  for (const row of history) {
    if (row.subject === 'Attempt' && row.operation !== 'DELETE') attempt(row)
    else if (row.subject === 'Lease') lease(row)
    else if (row.subject === 'Run') run(row)
    else if (row.subject === 'Request') request(row)
    else if (row.subject === 'Metric')
      violations.push(
        `Run ${row.after!.runId as string}: a metric of attempt ${row.after!.attempt as number} was stored after a newer attempt began.`,
      )
  }
  for (const [runId, alive] of live)
    if (alive.size > 0) violations.push(`Run ${runId}: attempt ${[...alive].join()} is still live.`)
  return violations
}
