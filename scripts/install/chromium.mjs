/** A Chromium for the browser tests: the system's, else Playwright's own, else the distribution's package. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.mjs'

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Resolves when `playwright.config.ts` will find a browser. */
export async function installChromium(root, say) {
  if (SYSTEM.some((path) => existsSync(path))) return
  const { chromium } = await import('@playwright/test')
  if (existsSync(chromium.executablePath())) return
  say('Installing a browser for the tests')
  try {
    await run(process.execPath, [join(root, 'node_modules/@playwright/test/cli.js'), 'install', 'chromium'])
  } catch (error) {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) throw error
    await run('apt-get', ['update', '-qq'])
    await run('apt-get', ['install', '-y', '-qq', 'chromium'], { env: { DEBIAN_FRONTEND: 'noninteractive' } })
  }
}
