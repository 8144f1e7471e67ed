import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { type Platform, startPlatform } from './support/platform'

/** From an empty cluster to a picture whose time is explained, on the built-in models; each step goes on from the last. */
test.describe.configure({ mode: 'serial' })

let platform: Platform
let page: Page

test.beforeAll(async ({ browser }) => {
  test.setTimeout(420_000)
  platform = await startPlatform()
  page = await (await browser.newContext()).newPage()
  await page.goto(platform.setupLink)
  await page.getByLabel('Name').fill('Ada')
  await page.getByLabel('E-mail').fill('ada@example.org')
  await page.getByLabel('Password').fill('a long enough password')
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByText('One agent is connected')).toBeVisible({ timeout: 120_000 })
})

test.afterAll(async () => {
  await page.context().close()
  await platform.stop()
})

async function expectNoViolations(): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([])
}

test('a pair of models is deployed by the form, and measured before it serves', async () => {
  await page.goto(`${platform.url}/serving`)
  await page.getByRole('link', { name: 'Deploy a pair of models' }).click()
  await expect(page.getByRole('checkbox').first()).toBeChecked()
  await page.getByLabel('Image model').fill('builtin/no-such-model')
  await page.getByRole('button', { name: 'Deploy' }).click()
  await expect(page.locator('[aria-invalid="true"]')).toHaveCount(1, { timeout: 120_000 })
  await page.getByLabel('Image model').fill('builtin/tiny-image')
  await page.getByRole('button', { name: 'Deploy' }).click()
  await expect(page.getByRole('heading', { name: 'pair' })).toBeVisible({ timeout: 120_000 })
  await expect(page.getByText('Running', { exact: true })).toBeVisible({ timeout: 300_000 })
  await expectNoViolations()
})

test('the playground quotes, refuses an empty prompt, and shows the picture with where its time went', async () => {
  await page.getByRole('link', { name: 'Playground' }).last().click()
  await expect(page.getByText(/Ready by \d\d:\d\d:\d\d with 95%/)).toBeVisible({ timeout: 60_000 })
  await page.getByLabel('Prompt').fill('')
  await expect(page.getByText('The prompt is empty. Say what the picture shows.')).toBeVisible()
  await page.getByLabel('Prompt').fill('a red circle left of a blue square')
  await page.getByLabel('Seed').fill('7')
  await page.getByRole('button', { name: 'Generate' }).click()
  const picture = page.getByRole('img', { name: 'a red circle left of a blue square' })
  await expect(picture).toBeVisible({ timeout: 120_000 })
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(16)
  await expect(page.getByRole('img', { name: /group.* of steps on 1 GPU/ })).toBeVisible()
  await expectNoViolations()
})

test('the deployment lists it among the ended, and opens it in a drawer that the address remembers', async () => {
  await page.goto(`${platform.url}/serving`)
  await page.getByRole('link', { name: 'pair', exact: true }).click()
  await page.getByRole('radio', { name: 'Ended' }).click()
  const row = page.getByRole('table', { name: 'Ended requests' }).getByRole('button').first()
  await row.click()
  await expect(page.getByRole('heading', { name: 'Where did the time go?' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Download PNG' })).toBeVisible()
  expect(new URL(page.url()).searchParams.get('request')).not.toBeNull()
  await expectNoViolations()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('heading', { name: 'Where did the time go?' })).toHaveCount(0)
})
