import { openPool } from '../server/db/pool'
import { Lead } from './lead'
import { becomeLeader } from './leader'
import { log } from './log'
import { readSettings, type Settings } from './settings'

/** Waits for the lock, leads until the lock is lost or the process is asked to end. A leader that lost it exits. */
async function main(settings: Settings): Promise<number> {
  const stopped = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.abort())
  const leadership = await becomeLeader(settings.databaseUrl, (reason) => log.info(reason), stopped.signal)
  if (!leadership) return 0
  const pool = openPool(settings.databaseUrl, {
    max: 6,
    onIdleError: (error) => log.warn({ error: error.message }, 'a database connection was lost'),
  })
  const lead = new Lead(pool, settings)
  const port = await lead.start()
  log.info({ port }, 'leading')
  const ended = new Promise<null>((resolve) => stopped.signal.addEventListener('abort', () => resolve(null)))
  const lost = await Promise.race([leadership.lost, ended])
  if (lost) log.error({ error: lost.message }, 'the lead was lost; ending, so that another one can take over')
  await lead.close()
  await leadership.resign().catch(() => {})
  await pool.end()
  return lost ? 1 : 0
}

try {
  process.exitCode = await main(readSettings(process.env))
} catch (error) {
  log.fatal((error as Error).message)
  process.exitCode = 1
}
