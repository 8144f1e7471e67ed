import type { BrowserContext } from '@playwright/test'

export interface FirstLoad {
  page: string
  /** Compressed, as they travel. Unit: kB (1,000 bytes). */
  scriptKb: number
  allKb: number
  scripts: number
}

/** What a page takes over the network when it is the first one that somebody opens. */
export async function firstLoad(context: BrowserContext, url: string, path: string): Promise<FirstLoad> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  const types = new Map<string, string>()
  const bytes = { all: 0, script: 0, scripts: 0 }
  session.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes.all += encodedDataLength
    if (types.get(requestId) !== 'Script') return
    bytes.script += encodedDataLength
    bytes.scripts += 1
  })
  await page.goto(`${url}${path}`, { waitUntil: 'load' })
  await page.waitForTimeout(1_000)
  await page.close()
  const kb = (count: number) => Math.round(count / 100) / 10
  return { page: path, scriptKb: kb(bytes.script), allKb: kb(bytes.all), scripts: bytes.scripts }
}
