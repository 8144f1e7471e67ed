/**
 * Pictures of every page for a person who reviews the design: `npx tsx test/e2e/screenshots.ts BASE_URL FOLDER [page…]`.
 * Signs in on a seeded instance (`npm run seed -- running-sweep`, or another scenario: pages of things that it does not
 * have are left out) and prints what axe finds and what scrolls sideways.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import { SEED_EMAIL, SEED_PASSWORD } from '../support/seed/account'

interface Shot {
  name: string
  path: string
  /** The thing that it shows; `null` where the instance has none. */
  of?: string | null
  /** What to do before the picture. */
  prepare?: (page: Page) => Promise<void>
}

const [base = 'http://localhost:3000', folder = 'test-results/pages', ...wanted] = process.argv.slice(2)
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path))

async function signIn(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext()
  const answer = await context.request.post(`${base}/api/auth/sign-in/email`, {
    data: { email: SEED_EMAIL, password: SEED_PASSWORD },
    headers: { origin: base },
    timeout: 180_000,
  })
  if (!answer.ok()) throw new Error(`Signing in answered ${answer.status()}. Is the instance seeded?`)
  return context
}

/** Id of a thing that a list of REST has, one that runs before others. */
async function firstOf(context: BrowserContext, what: 'sweeps' | 'deployments'): Promise<string | null> {
  const answer = await context.request.get(`${base}/api/v1/${what}`)
  const body = (await answer.json()) as Record<string, { id: string; state: string }[] | undefined>
  const all = body[what] ?? []
  return (all.find((one) => one.state === 'running') ?? all[0])?.id ?? null
}

function shots(sweep: string | null, deployment: string | null): Shot[] {
  const openStop = async (page: Page) => {
    await page
      .getByRole('button', { name: /stopped: underperforming/ })
      .first()
      .click()
    await page.waitForTimeout(300)
  }
  const openRequest = async (page: Page) => {
    await page.locator('tbody tr').first().click()
    await page.waitForTimeout(1500)
  }
  return [
    { name: 'overview', path: '/' },
    { name: 'sweeps', path: '/sweeps' },
    { name: 'sweep', path: `/sweeps/${sweep}`, of: sweep },
    { name: 'sweep-card', path: `/sweeps/${sweep}?tab=decisions`, prepare: openStop, of: sweep },
    { name: 'new-sweep', path: '/sweeps/new' },
    { name: 'run', path: `/sweeps/${sweep}/runs/1`, of: sweep },
    { name: 'cluster', path: '/cluster' },
    { name: 'nodes', path: '/cluster?tab=nodes' },
    { name: 'queue', path: '/cluster?tab=queue' },
    { name: 'launchers', path: '/cluster?tab=launchers' },
    { name: 'serving', path: '/serving' },
    { name: 'new-deployment', path: '/serving/new' },
    { name: 'deployment', path: `/serving/${deployment}`, of: deployment },
    { name: 'request', path: `/serving/${deployment}`, of: deployment, prepare: openRequest },
    { name: 'playground', path: '/playground' },
    { name: 'rule-lab', path: '/rule-lab' },
    { name: 'forecasts', path: '/forecasts' },
    { name: 'audit', path: '/audit' },
    { name: 'models', path: '/models' },
    { name: 'data-sets', path: '/data-sets' },
    { name: 'settings', path: '/settings' },
    { name: 'audit-log', path: '/settings/audit-log' },
    {
      name: 'palette',
      path: `/sweeps/${sweep}`,
      of: sweep,
      prepare: async (page: Page) => {
        await page.keyboard.press('Control+k')
        await page.keyboard.type('r2')
        await page.waitForTimeout(700)
      },
    },
  ].filter((shot) => shot.of !== null && (wanted.length === 0 || wanted.includes(shot.name)))
}

async function take(context: BrowserContext, shot: Shot, theme: 'light' | 'dark' | 'phone') {
  const page = await context.newPage()
  await page.setViewportSize(theme === 'phone' ? { width: 390, height: 844 } : { width: 1440, height: 900 })
  await page.emulateMedia({ colorScheme: theme === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce' })
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text().slice(0, 300)}`)
  })
  page.on('pageerror', (error) => problems.push(`error: ${error.message.slice(0, 300)}`))
  await page.goto(`${base}${shot.path}`, { waitUntil: 'domcontentloaded', timeout: 180_000 })
  await page.getByRole('heading', { level: 1 }).first().waitFor({ timeout: 60_000 })
  await page.waitForTimeout(3500)
  await page.addStyleTag({ content: 'nextjs-portal { display: none }' })
  await shot.prepare?.(page)
  await page.screenshot({ path: join(folder, `${shot.name}-${theme}.png`) })
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  if (sideways > 0) problems.push(`scrolls ${sideways} px sideways`)
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze()
  for (const violation of violations)
    problems.push(
      `axe ${violation.id}: ${violation.nodes
        .map((node) => node.html.slice(0, 160))
        .slice(0, 3)
        .join(' | ')}`,
    )
  process.stdout.write(
    `${shot.name} ${theme}: ${problems.length === 0 ? 'fine' : `\n  ${problems.join('\n  ')}`}\n`,
  )
  await page.close()
}

mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const context = await signIn(browser)
const [sweep, deployment] = await Promise.all([firstOf(context, 'sweeps'), firstOf(context, 'deployments')])
const themes = (process.env.THEMES?.split(',') ?? ['light', 'dark', 'phone']) as (
  | 'light'
  | 'dark'
  | 'phone'
)[]
for (const shot of shots(sweep, deployment))
  for (const theme of themes)
    await take(context, shot, theme).catch((error: unknown) =>
      process.stdout.write(`${shot.name} ${theme}: ${String(error)}\n`),
    )
await browser.close()
