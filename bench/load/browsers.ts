import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { lastJournalId, writeJournal } from '../../server/db/journal'
import { inTransaction } from '../../server/db/transaction'
import { LivePage } from '../../test/chaos/live-page'
import { buildPages, startWebProcess } from '../../test/chaos/web-process'
import { freePort } from '../../test/support/postgres'
import { eventually } from '../../test/support/processes'
import type { TestWeb } from '../../test/support/web'
import { spread } from '../harness/spread'
import { cpuSeconds, memoryMiB } from './process-use'

const PAGES = Number(process.env.ALTO_LOAD_BROWSERS ?? 100)
const FACTS = 200
const BETWEEN_MS = 100

/** Live pages of one web process: how long a fact takes to reach all of them, and what they cost. */
export async function watchLive(web: TestWeb): Promise<object> {
  await buildPages()
  const dataDir = mkdtempSync(join(tmpdir(), 'alto-load-web-'))
  const port = await freePort()
  const server = await startWebProcess({ databaseUrl: process.env.DATABASE_URL!, dataDir, port })
  const { secret } = await web
    .caller(await web.person('editor'))
    .token.create({ name: 'pages', role: 'viewer' })
  const after = await lastJournalId(web.db.pool)
  const pages = Array.from({ length: PAGES }, () => new LivePage([`http://127.0.0.1:${port}`], secret, after))
  const write = async () => {
    await inTransaction(web.db.pool, (client) => writeJournal(client, [{ kind: 'load' }]))
    return lastJournalId(web.db.pool)
  }
  try {
    const first = await write()
    await eventually('all pages to hear the first fact', 120, () =>
      pages.every((page) => page.newest >= first),
    )
    const memoryBefore = memoryMiB(server.pid)
    const cpuBefore = cpuSeconds(server.pid)
    const startedAt = performance.now()
    const writtenAt = new Map<number, number>()
    let newest = first
    for (let number = 0; number < FACTS; number++) {
      newest = await write()
      writtenAt.set(newest, performance.now())
      await wait(BETWEEN_MS)
    }
    await eventually('all pages to hear the last fact', 120, () =>
      pages.every((page) => page.newest >= newest),
    )
    const seconds = (performance.now() - startedAt) / 1000
    const delays = pages.flatMap((page) =>
      page.seen.flatMap((id, index) => {
        const at = writtenAt.get(id)
        return at === undefined ? [] : [page.heardAt[index]! - at]
      }),
    )
    return {
      case: `${PAGES} live pages of one web process, ten facts a second`,
      facts: FACTS,
      missed: PAGES * FACTS - delays.length,
      factToPageMs: spread(delays),
      webCores: Math.round(((cpuSeconds(server.pid) - cpuBefore) / seconds) * 100) / 100,
      webMiB: { before: memoryBefore, after: memoryMiB(server.pid) },
    }
  } finally {
    await Promise.all(pages.map((page) => page.close()))
    await server.kill()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
