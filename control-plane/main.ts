import { openPool } from '../server/db/pool'
import { Lead } from './lead'
import { becomeLeader } from './leader'
import { log } from './log'
import { Operations } from './operations'
import { type OperationsSettings, readOperationsSettings } from './operations-settings'
import { readSettings, type Settings } from './settings'

/** A server that is gone without a word answers nothing: what hangs on it is given up and tried again. */
const QUERY_TIMEOUT_MS = 120_000

/** Leads whenever it can: waits for the lock, leads until it is lost, and waits again. Ends when it is asked to. */
async function main(settings: Settings, operations: OperationsSettings): Promise<void> {
  const stopped = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.abort())
  const ended = new Promise<null>((resolve) => stopped.signal.addEventListener('abort', () => resolve(null)))
  while (!stopped.signal.aborted) {
    const leadership = await becomeLeader(
      settings.databaseUrl,
      settings.leaseSeconds / 2,
      (reason) => log.info(reason),
      stopped.signal,
    )
    if (!leadership) return
    try {
      const lost = await leadUntil(settings, operations, [leadership.lost, ended])
      if (lost) log.error({ error: lost.message }, 'the lead was lost; waiting for it again')
    } finally {
      await leadership.resign().catch(() => {})
    }
  }
}

/** Leads until one of the promises settles; answers with what. */
async function leadUntil<T>(settings: Settings, besides: OperationsSettings, ends: Promise<T>[]): Promise<T> {
  const pool = openPool(settings.databaseUrl, {
    max: 6,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    onIdleError: (error) => log.warn({ error: error.message }, 'a database connection was lost'),
  })
  const lead = new Lead(pool, settings)
  const operations = new Operations(pool, besides)
  try {
    const port = await lead.start()
    await operations.start()
    log.info({ port }, 'leading')
    return await Promise.race(ends)
  } finally {
    await operations.close()
    await lead.close()
    await pool.end()
  }
}

try {
  await main(readSettings(process.env), readOperationsSettings(process.env))
} catch (error) {
  log.fatal((error as Error).message)
  process.exitCode = 1
}
