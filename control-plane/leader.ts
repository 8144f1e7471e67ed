import { Client } from 'pg'

/** Any constant: who holds it leads. */
const LEADER_LOCK = 7_412_000
const RETRY_MS = 1_000

export interface Leadership {
  /** Settles when the lock is lost, with the reason; never while it is held. */
  lost: Promise<Error>
  resign(): Promise<void>
}

/**
 * Waits until this process is the leader: an advisory lock on a connection of its own, which Postgres frees when the
 * connection ends, however that happens. A database that is away is waited for.
 *
 * @param onWait called with a reason each time that waiting begins or its reason changes
 */
export async function becomeLeader(
  url: string,
  onWait: (reason: string) => void,
  stopped: AbortSignal,
): Promise<Leadership | null> {
  let said = ''
  while (!stopped.aborted) {
    const client = new Client({ connectionString: url, keepAlive: true, application_name: 'alto-leader' })
    const lost = new Promise<Error>((resolve) => {
      client.on('error', resolve)
      client.on('end', () => resolve(new Error('The connection that holds the leader lock was closed.')))
    })
    let reason: string
    try {
      await client.connect()
      const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
        LEADER_LOCK,
      ])
      if (rows[0]?.held) return { lost, resign: () => client.end() }
      reason = 'Another control plane leads; this one stands by.'
    } catch (error) {
      reason = `The database is not there yet (${(error as Error).message}); waiting for it.`
    }
    await client.end().catch(() => {})
    if (reason !== said) onWait(reason)
    said = reason
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  return null
}
