/**
 * From the agent's step to the pixel: a real agent trains 24 runs, and a real Chromium shows their training losses. Each
 * step carries the time at which the agent made it; the page notes when the chart that contains it is on the screen.
 * Prints one JSON object last.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startPlatform } from '../../test/e2e/support/platform'
import { askRest } from '../harness/platform-rest'
import { reportResult } from '../harness/report-result'
import { launchChromium, seed, signedIn } from '../harness/seeded-browser'
import { spread } from '../harness/spread'

const RUNS = 24
const SECONDS = 60

process.env.ALTO_MAX_SLOTS = String(RUNS)
const platform = await startPlatform()
const browser = await launchChromium()
try {
  seed('account', platform.dataDir)
  const file = join(platform.dataDir, 'live.json')
  const spec = {
    name: 'live',
    model: 'builtin/tiny-llama',
    dataset: 'builtin/arithmetic',
    method: 'grid',
    parameters: {
      learning_rate: { values: [1e-4, 2e-4, 4e-4, 8e-4, 1.6e-3, 3.2e-3] },
      rank: { values: [4, 16] },
      batch_size: { values: [1, 2] },
    },
    max_steps: 100_000,
    max_length: 64,
    evaluations: 20,
    early_exit: { policy: 'none' },
  }
  writeFileSync(file, JSON.stringify(spec))
  const submitted = await platform.alto('sweep', 'submit', file, '--json')
  if (submitted.code !== 0) throw new Error(submitted.stderr)
  const { id } = JSON.parse(submitted.stdout) as { id: string }
  const reporting = async () => {
    const { runs } = await askRest<{ runs: { step: number; samples: number }[] }>(
      platform,
      'GET',
      `/sweeps/${id}/runs`,
    )
    return runs.filter((run) => run.samples > 0).length
  }
  for (const end = Date.now() + 180_000; (await reporting()) < RUNS; await wait(500))
    if (Date.now() > end)
      throw new Error(`Only ${await reporting()} of ${RUNS} runs report after three minutes.`)

  const context = await signedIn(browser, platform.url)
  const page = await context.newPage()
  await page.addInitScript({ path: fileURLToPath(new URL('in-page.mjs', import.meta.url)) })
  await page.goto(`${platform.url}/sweeps/${id}?measure=train`)
  await page.getByTestId('loss-chart').waitFor()
  await wait(5_000)
  const seen = () =>
    page.evaluate(() => {
      const { live } = globalThis as unknown as { live: { delays: number[]; arrivals: number[] } }
      return { delays: live.delays.splice(0), arrivals: live.arrivals.splice(0) }
    })
  await seen()
  await wait(SECONDS * 1000)
  const { delays, arrivals } = await seen()
  reportResult('live', [
    {
      case: `agent's step until the chart that shows it is on the screen, ${RUNS} runs report, ms`,
      stepToPixelMs: spread(delays),
      stepToBrowserMs: spread(arrivals),
      stepsPerSecond: Math.round(delays.length / SECONDS),
      runs: RUNS,
    },
  ])
} finally {
  await browser.close()
  await platform.stop()
}
