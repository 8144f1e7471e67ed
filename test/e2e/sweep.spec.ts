import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { type Platform, startPlatform } from './support/platform'

const ROOT = new URL('../..', import.meta.url).pathname

/**
 * One person's first day, in order: each step starts where the one before ended, on the page that it left open.
 */
test.describe.configure({ mode: 'serial' })

let platform: Platform
let page: Page
let sweepPath: string

test.beforeAll(async ({ browser }) => {
  test.setTimeout(420_000)
  platform = await startPlatform()
  const context = await browser.newContext({ acceptDownloads: true })
  page = await context.newPage()
})

test.afterAll(async () => {
  await page.context().close()
  await platform.stop()
})

async function expectNoViolations(): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${theme}: ${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([])
  }
}

const chart = () => page.getByRole('img', { name: /run/i }).first()

test('the set-up link makes the first account, once', async () => {
  await page.goto(platform.setupLink)
  await page.getByLabel('Name').fill('Ada')
  await page.getByLabel('E-mail').fill('ada@example.org')
  await page.getByLabel('Password').fill('a long enough password')
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
  const stranger = await page.context().browser()!.newContext()
  const second = await stranger.newPage()
  await second.goto(platform.setupLink)
  await expect(second.getByRole('button', { name: 'Create account' })).toHaveCount(0)
  await stranger.close()
})

test('the first day says what to do, and that an agent is there', async () => {
  await expect(page.getByText('One agent is connected')).toBeVisible({ timeout: 120_000 })
  await expect(page.getByRole('button', { name: 'Run example' })).toBeVisible()
  await expectNoViolations()
})

test('the form refuses a bad value beside its field and starts a sweep when it is right', async () => {
  await page.goto(`${platform.url}/sweeps/new`)
  await page.getByLabel('Name of the sweep').fill('first sweep')
  const rates = page.getByRole('textbox', { name: 'Learning rate', exact: true })
  await rates.fill('-1')
  await rates.press('Enter')
  await expect(page.getByText('Learning rate must be above 0.').first()).toBeVisible()
  await expect(page.getByText('1 value to fix')).toBeVisible()
  await page.getByRole('button', { name: /^Remove -1 from/ }).click()
  await rates.fill('1e-5, 5e-2')
  await rates.press('Enter')
  await page.getByRole('button', { name: 'Remove 4 from Batch' }).click()
  await page.getByRole('textbox', { name: 'Epochs' }).fill('0.4')
  await page.getByRole('textbox', { name: 'Evaluations a run' }).fill('8')
  await expect(page.getByText(/20 configurations/).first()).toBeVisible()
  await expectNoViolations()
  await page.getByRole('button', { name: /^Start sweep/ }).click()
  await page.waitForURL(/\/sweeps\/(?!new)/)
  await expect(page.getByRole('heading', { name: 'first sweep', exact: true })).toBeVisible()
})

test('curves come in while it trains, and a stop explains itself', async () => {
  const stop = page.getByRole('button', { name: /stopped: underperforming/ }).first()
  await expect(stop).toBeVisible({ timeout: 540_000 })
  await expect(chart()).toBeVisible()
  await stop.click()
  const card = page.getByTestId('decision-card')
  await expect(card).toContainText('At ')
  await expect(card).toContainText('Rule')
  await expect(card.getByRole('button', { name: 'Revive' })).toBeVisible()
  await expect(page).toHaveURL(/decision=/)
})

test('a revived run goes on from its step', async () => {
  const card = page.getByTestId('decision-card')
  const name = (await card.getAttribute('aria-label'))!.split(' ')[0]!
  await card.getByRole('button', { name: 'Revive' }).click()
  await expect(page.getByText(new RegExp(`${name} revived`)).first()).toBeVisible({ timeout: 240_000 })
})

test('the sweep ends, and its best adapter gives in PEFT the loss that the page shows', async () => {
  const id = new URL(page.url()).pathname.split('/').pop()!
  await expect(async () => {
    const { stdout } = await platform.alto('sweep', 'show', id, '--json')
    expect((JSON.parse(stdout) as { state: string }).state).toBe('done')
  }).toPass({ timeout: 540_000, intervals: [2_000] })
  sweepPath = `/sweeps/${id}`
  await page.goto(`${platform.url}${sweepPath}`)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Best adapter' }).click(),
  ])
  const folder = mkdtempSync(join(tmpdir(), 'alto-adapter-'))
  const archive = join(folder, download.suggestedFilename())
  await download.saveAs(archive)
  const python = join(ROOT, 'agent/.venv/bin/python')
  execFileSync(python, ['-c', 'import shutil, sys; shutil.unpack_archive(*sys.argv[1:])', archive, folder])
  const unpacked = execFileSync('find', [folder, '-name', 'adapter_config.json'], { encoding: 'utf8' })
    .trim()
    .replace('/adapter_config.json', '')
  const card = readFileSync(join(unpacked, 'README.md'), 'utf8')
  expect(card).toContain('Learning rate')
  const rows = /over the first (\d+) of 240 held-out rows/.exec(card)?.[1] ?? 'none named'
  const script = join(ROOT, 'test/e2e/support/adapter_loss.py')
  const output = execFileSync(
    python,
    [script, unpacked, 'builtin/tiny-llama', 'builtin/arithmetic', '128', rows],
    {
      encoding: 'utf8',
      env: { ...process.env, HF_HUB_OFFLINE: '1' },
    },
  )
  const { valLoss } = JSON.parse(output.trim().split('\n').pop()!) as { valLoss: number }
  const { stdout } = await platform.alto('sweep', 'show', id, '--json')
  const shown = (JSON.parse(stdout) as { best: { valLoss: number } }).best.valLoss
  expect(Math.abs(valLoss - shown) / shown).toBeLessThan(1e-3)
  await expect(page.getByText(shown.toFixed(4)).first()).toBeVisible()
  await expectNoViolations()
})

test('the same name twice is refused with one sentence, and nothing is started', async () => {
  const file = join(platform.dataDir, 'again.yaml')
  const { writeFileSync } = await import('node:fs')
  writeFileSync(
    file,
    'name: first sweep\nmodel: builtin/tiny-llama\ndataset: builtin/arithmetic\nparameters: {learning_rate: {values: [1e-3]}}\nepochs: 1\n',
  )
  const { code, stderr } = await platform.alto('sweep', 'submit', file)
  expect(code).toBe(2)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toContain('first sweep')
})

test('the palette reaches pages by keyboard alone, and they say what they wait for', async () => {
  for (const [place, words] of [
    ['Forecasts', 'When did we say it would end?'],
    ['Audit', 'No stop was audited yet.'],
  ] as const) {
    await page.keyboard.press('Control+k')
    const field = page.getByRole('combobox', { name: 'Search or run' })
    await expect(field).toBeFocused()
    await page.keyboard.type(place)
    await expect(page.getByRole('option', { name: place }).first()).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: place, exact: true })).toBeVisible()
    await expect(page.getByText(words).first()).toBeVisible()
    await expectNoViolations()
  }
})

test('every page stands on a phone without scrolling sideways', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of [
    '/',
    '/sweeps',
    sweepPath,
    '/sweeps/new',
    '/cluster',
    '/rule-lab',
    '/forecasts',
    '/audit',
  ]) {
    await page.goto(`${platform.url}${path}`)
    await page.waitForLoadState('load')
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow, `${path} scrolls sideways`).toBeLessThanOrEqual(0)
  }
})
