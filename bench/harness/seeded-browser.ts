import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium } from '@playwright/test'
import { SEED_EMAIL, SEED_PASSWORD } from '../../test/support/seed/account'

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const root = fileURLToPath(new URL('../..', import.meta.url))

/** A real Chromium of this machine, else Playwright's own. */
export function launchChromium(): Promise<Browser> {
  const executablePath = SYSTEM.find((path) => existsSync(path))
  return chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] })
}

/** Fills the database of a running platform with invented data (`npm run seed -- SCENARIO`). */
export function seed(scenario: string, dataDir: string): void {
  const { status } = spawnSync(process.execPath, ['scripts/seed.mjs', scenario, '--data-dir', dataDir], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`The scenario ${scenario} could not be seeded.`)
}

const WINDOW = { viewport: { width: 1440, height: 900 } }

/** A window of the seeded person. */
export async function signedIn(browser: Browser, url: string): Promise<BrowserContext> {
  const context = await browser.newContext(WINDOW)
  const answer = await context.request.post(`${url}/api/auth/sign-in/email`, {
    data: { email: SEED_EMAIL, password: SEED_PASSWORD },
    headers: { origin: url },
  })
  if (!answer.ok()) throw new Error(`Signing in answered ${answer.status()}.`)
  return context
}

/** Another window of the same person: signed in, with an empty cache. */
export async function freshWindow(browser: Browser, before: BrowserContext): Promise<BrowserContext> {
  return browser.newContext({ ...WINDOW, storageState: await before.storageState() })
}
