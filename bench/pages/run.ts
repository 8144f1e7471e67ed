/**
 * The heaviest page as a person meets it: production build, real Chromium, a sweep of 100 runs with 2,000 points each.
 * From navigation to painted curves, scrolling and hovering, and what each page loads. Prints one JSON object last.
 */
import type { BrowserContext, Page } from '@playwright/test'
import { startPlatform } from '../../test/e2e/support/platform'
import { reportResult } from '../harness/report-result'
import { freshWindow, launchChromium, seed, signedIn } from '../harness/seeded-browser'
import { spread } from '../harness/spread'
import { firstLoad } from './first-load'
import { during, paintedAt, watchPage } from './watch-page'

const LOADS = 12
const PAGES = ['/', '/sweeps', '/sweeps/new', '/cluster', '/models', '/data-sets', '/rule-lab', '/settings']

async function open(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage()
  await watchPage(page)
  await page.goto(address)
  return page
}

const platform = await startPlatform('--no-agent', '--no-control-plane')
const browser = await launchChromium()
try {
  seed('large-sweep', platform.dataDir)
  const { stdout } = await platform.alto('sweep', 'list', '--json')
  const { sweeps } = JSON.parse(stdout) as { sweeps: { id: string }[] }
  const address = `${platform.url}/sweeps/${sweeps[0]!.id}`

  const context = await signedIn(browser, platform.url)
  // The first one warms the server, as a page that somebody has opened since it started.
  await paintedAt(await open(context, address))
  const fresh: number[] = []
  const again: number[] = []
  for (let load = 0; load < LOADS; load++) {
    const person = await freshWindow(browser, context)
    const page = await open(person, address)
    fresh.push(await paintedAt(page))
    await page.reload()
    again.push(await paintedAt(page))
    await person.close()
  }

  // The loss of every step, 2,000 points a run: the page opens with the validation loss and asks for this one after it.
  const train: number[] = []
  for (let load = 0; load < LOADS; load++) {
    const person = await freshWindow(browser, context)
    train.push(await paintedAt(await open(person, `${address}?measure=train`)))
    await person.close()
  }

  const page = await open(context, address)
  await paintedAt(page)
  await page.waitForTimeout(1_000)
  const table = (await page.getByRole('table').first().boundingBox())!
  await page.mouse.move(table.x + table.width / 2, Math.min(850, table.y + 150))
  const scrolled = await during(page, async () => {
    for (let turn = 0; turn < 60; turn++) {
      await page.mouse.wheel(0, turn < 40 ? 160 : -160)
      await page.waitForTimeout(16)
    }
  })
  const chart = (await page.getByTestId('loss-chart').boundingBox())!
  const hovered = await during(page, async () => {
    for (let step = 0; step < 150; step++) {
      const share = step / 150
      await page.mouse.move(
        chart.x + 60 + share * (chart.width - 120),
        chart.y + chart.height * (0.5 + 0.3 * Math.sin(share * 20)),
      )
      await page.waitForTimeout(16)
    }
  })
  const loads = []
  for (const path of [...PAGES, new URL(address).pathname])
    loads.push(await firstLoad(context, platform.url, path))

  reportResult('pages', [
    {
      case: 'sweep page, 100 runs × 2,000 points: navigation until the curves are painted, ms',
      emptyCache: spread(fresh),
      reload: spread(again),
      trainingLossEmptyCache: spread(train),
    },
    {
      case: 'scrolling its table of runs',
      frameMs: spread(scrolled.frames),
      longTasksMs: scrolled.longTasks,
    },
    {
      case: 'hovering over its curves: pointer event until the frame that answers, ms',
      answerMs: spread(hovered.hovers),
      frameMs: spread(hovered.frames),
      longTasksMs: hovered.longTasks,
    },
    ...loads.map((load) => ({ case: 'first load', ...load })),
  ])
} finally {
  await browser.close()
  await platform.stop()
}
