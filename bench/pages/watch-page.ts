import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'

interface Seen {
  frames: number[]
  longTasks: number[]
  hovers: number[]
  paintedAt: number | null
}

/** Notes what happens in the page, from its first script on. */
export const watchPage = (page: Page): Promise<unknown> =>
  page.addInitScript({ path: fileURLToPath(new URL('in-page.mjs', import.meta.url)) })

/** Milliseconds from navigation until the curves are on the screen. */
export async function paintedAt(page: Page): Promise<number> {
  const found = await page.waitForFunction(
    () => (globalThis as unknown as { seen: Seen }).seen.paintedAt,
    undefined,
    { timeout: 60_000, polling: 50 },
  )
  return (await found.jsonValue()) ?? Number.NaN
}

/** What was noted while `act` ran. */
export async function during(page: Page, act: () => Promise<void>): Promise<Seen> {
  await page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: Seen }
    seen.frames.length = 0
    seen.longTasks.length = 0
    seen.hovers.length = 0
  })
  await act()
  await page.waitForTimeout(200)
  return page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)
}
