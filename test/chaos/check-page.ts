import { eventually } from '../support/processes'
import type { LivePage } from './live-page'
import type { Stage } from './stage'

const CATCH_UP_SECONDS = 60

/** Whether an open page has heard every fact of the journal once and in order, whoever was away meanwhile. */
export async function checkPage(stage: Stage, page: LivePage): Promise<string[]> {
  const [last] = await stage.cluster.rows<{ id: number | null }>(
    `SELECT max("id") AS "id" FROM "Journal" WHERE "kind" <> 'metrics'`,
  )
  const newest = last?.id ?? page.after
  const caughtUp = () => page.newest >= newest
  await eventually('the page to catch up', CATCH_UP_SECONDS, caughtUp).catch(() => {})
  await page.close()
  // Points are told to the page of their sweep only, and leave the journal after a while, as those of devices do.
  const rows = await stage.cluster.rows<{ id: number }>(
    `SELECT "id" FROM "Journal" WHERE "id" > $1 AND "id" <= $2 AND "kind" NOT IN ('metrics', 'devices') ORDER BY "id"`,
    [page.after, newest],
  )
  const violations: string[] = []
  if (page.resets > 0) return [`The page was told ${page.resets} times to read everything again.`]
  const seen = new Set(page.seen)
  const missed = rows.filter((row) => !seen.has(row.id)).length
  if (missed > 0) violations.push(`The page missed ${missed} of ${rows.length} facts.`)
  if (seen.size < page.seen.length)
    violations.push(`The page heard ${page.seen.length - seen.size} facts a second time.`)
  if (page.seen.some((id, index) => index > 0 && id < page.seen[index - 1]!))
    violations.push('The page heard facts out of order.')
  return violations
}
