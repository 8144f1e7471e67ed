import type { Pool, PoolClient } from 'pg'
import type { DurableEvent } from '../../contracts/agent-events'
import { ingestAttempts } from './ingest-attempts'
import { ingestEvaluations } from './ingest-evaluations'
import type { EventOf } from './ingest-event'
import { ingestExecutors } from './ingest-executors'
import { ingestCheckpoints, ingestOutputs } from './ingest-files'
import { ingestMetrics } from './ingest-metrics'
import { ingestEnded, ingestParked, ingestProfiles } from './ingest-requests'
import { type JournalEntry, writeJournal } from './journal'
import { inTransaction } from './transaction'

/** One event of a node's spool. `event` is `null` where it could not be understood: it is passed over, and counted. */
export interface Arrival {
  nodeId: string
  seq: number
  event: DurableEvent | null
}

export interface Ingested {
  /** Highest number stored, by node; may be acknowledged now. */
  acked: Map<string, number>
  /** Something happened that a decision may depend on. */
  decisive: boolean
  /** Events about executors and requests, which the leader keeps in memory. */
  serving: readonly DurableEvent[]
}

const OF_SERVING: ReadonlySet<DurableEvent['kind']> = new Set([
  'executor',
  'request-parked',
  'request-ended',
  'serving-profile',
])

/**
 * Stores what agents reported, in one transaction with the numbers up to which it is stored. What was stored before is
 * passed over by its number; what comes under an older epoch than the run's newest is refused by the statement that
 * would write it. Journal and doorbell are written once.
 */
export async function ingest(pool: Pool, arrivals: readonly Arrival[]): Promise<Ingested> {
  return inTransaction(pool, async (client) => {
    const acked = await lockNodes(client, [...new Set(arrivals.map((arrival) => arrival.nodeId))])
    const events: { nodeId: string; event: DurableEvent }[] = []
    for (const { nodeId, seq, event } of arrivals) {
      const last = acked.get(nodeId)
      if (last === undefined || seq <= last) continue
      acked.set(nodeId, seq)
      if (event) events.push({ nodeId, event })
    }
    const of = <K extends DurableEvent['kind']>(kind: K) =>
      events.flatMap(({ event }) => (event.kind === kind ? [event as EventOf<K>] : []))
    const executors = await ingestExecutors(
      client,
      events.flatMap(({ nodeId, event }) => (event.kind === 'executor' ? [{ ...event, nodeId }] : [])),
    )
    const journal: JournalEntry[] = [
      ...(await ingestMetrics(client, of('metrics'))),
      ...(await ingestEvaluations(client, of('evaluation'))),
      ...(await ingestCheckpoints(client, of('checkpoint'))),
      ...(await ingestOutputs(client, of('output-sample'))),
      ...(await ingestAttempts(client, of('attempt'))),
      ...(await ingestProfiles(client, of('serving-profile'))),
      ...(await ingestParked(client, of('request-parked'))),
      ...(await ingestEnded(client, of('request-ended'))),
      ...executors,
    ]
    await client.query(
      `UPDATE "Node" n SET "ackedSeq" = a.seq FROM unnest($1::text[], $2::bigint[]) AS a(id, seq)
       WHERE n."id" = a.id`,
      [[...acked.keys()], [...acked.values()]],
    )
    const decisive = executors.length > 0 || events.some(({ event }) => DECISIVE.has(event.kind))
    if (decisive) await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
    await writeJournal(client, journal)
    const serving = events.flatMap(({ event }) => (OF_SERVING.has(event.kind) ? [event] : []))
    return { acked, decisive, serving }
  })
}

const DECISIVE: ReadonlySet<DurableEvent['kind']> = new Set([
  'evaluation',
  'attempt',
  'executor',
  'checkpoint',
])

/** Their numbers up to now, held until commit: two connections of one node cannot store the same event twice. */
async function lockNodes(client: PoolClient, nodeIds: string[]): Promise<Map<string, number>> {
  const { rows } = await client.query<{ id: string; ackedSeq: number }>(
    'SELECT "id", "ackedSeq" FROM "Node" WHERE "id" = ANY($1) ORDER BY "id" FOR NO KEY UPDATE',
    [nodeIds],
  )
  return new Map(rows.map((row) => [row.id, row.ackedSeq]))
}
