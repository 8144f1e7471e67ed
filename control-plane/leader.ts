import { Client } from 'pg'

/** Any constant: who holds it leads. */
const LEADER_LOCK = 7_412_000
const RETRY_MS = 1_000
/** How often a leader shows on the connection of its lock that it lives. */
const SIGN_OF_LIFE_MS = 1_000
const NAME = 'alto-leader'

export interface Leadership {
  /** Settles when the lock is lost, with the reason; never while it is held. */
  lost: Promise<Error>
  resign(): Promise<void>
}

/**
 * Ends the connection of a leader that has shown no sign of life for `seconds`: one that is frozen, or whose machine is
 * gone without a word, would hold the lock for as long as the system keeps its connection.
 */
async function endSilentLeader(client: Client, seconds: number): Promise<boolean> {
  const { rows } = await client.query<{ ended: boolean }>(
    `SELECT pg_terminate_backend(a.pid) AS ended FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1 AND l.objsubid = 1
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND a.application_name = $2 AND a.state = 'idle'
       AND a.state_change < clock_timestamp() - make_interval(secs => $3)`,
    [LEADER_LOCK, NAME, seconds],
  )
  return rows[0]?.ended ?? false
}

/**
 * Says something on the connection again and again, until it ends. Who gets no answer for `seconds` may have lost the
 * lock to somebody else already: the connection is given up.
 */
function showLife(client: Client, seconds: number, giveUp: (reason: Error) => void): void {
  let answeredAt = performance.now()
  const timer = setInterval(() => {
    if (performance.now() - answeredAt > seconds * 1000 + SIGN_OF_LIFE_MS) {
      clearInterval(timer)
      giveUp(new Error('The database has not answered on the connection that holds the leader lock.'))
      return
    }
    client.query('SELECT 1').then(
      () => {
        answeredAt = performance.now()
      },
      () => clearInterval(timer),
    )
  }, SIGN_OF_LIFE_MS)
  client.on('end', () => clearInterval(timer))
}

/**
 * Waits until this process is the leader: an advisory lock on a connection of its own, which Postgres frees when the
 * connection ends, however that happens. A database that is away is waited for.
 *
 * @param silentSeconds after how long without a sign of life another leader is taken for gone
 * @param onWait called with a reason each time that waiting begins or its reason changes
 */
export async function becomeLeader(
  url: string,
  silentSeconds: number,
  onWait: (reason: string) => void,
  stopped: AbortSignal,
): Promise<Leadership | null> {
  let said = ''
  while (!stopped.aborted) {
    const client = new Client({ connectionString: url, keepAlive: true, application_name: NAME })
    let giveUp: (reason: Error) => void = () => {}
    const lost = new Promise<Error>((resolve) => {
      giveUp = resolve
      client.on('error', resolve)
      client.on('end', () => resolve(new Error('The connection that holds the leader lock was closed.')))
    })
    let reason: string
    try {
      await client.connect()
      const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
        LEADER_LOCK,
      ])
      if (rows[0]?.held) {
        showLife(client, silentSeconds, giveUp)
        return { lost, resign: () => client.end() }
      }
      reason = (await endSilentLeader(client, silentSeconds))
        ? 'The control plane that leads has shown no sign of life; its lock was freed.'
        : 'Another control plane leads; this one stands by.'
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
