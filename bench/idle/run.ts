/**
 * What the platform takes while nothing is asked of it: memory as PSS and processor time of every process that
 * `npm start` leaves running, without an executor, since nothing trains. Prints one JSON object last.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { startPlatform } from '../../test/e2e/support/platform'
import { askRest } from '../harness/platform-rest'
import { reportResult } from '../harness/report-result'
import { type ProcessUse, processTree } from './process-use'

const SETTLE_MS = 30_000
const SECONDS = 60

const platform = await startPlatform()
try {
  for (const end = Date.now() + 120_000; ; await wait(500)) {
    const { nodes } = await askRest<{ nodes: { state: string }[] }>(platform, 'GET', '/nodes')
    if (nodes.some((node) => node.state === 'alive')) break
    if (Date.now() > end) throw new Error('The agent has not joined within two minutes.')
  }
  // A page that somebody has looked at once: the server has loaded what it needs.
  await fetch(`${platform.url}/sign-in`)
  await wait(SETTLE_MS)
  const before = new Map(processTree(platform.pid).map((one) => [one.pid, one]))
  await wait(SECONDS * 1000)
  const after = processTree(platform.pid)
  const share = (one: ProcessUse) =>
    (one.cpuSeconds - (before.get(one.pid)?.cpuSeconds ?? one.cpuSeconds)) / SECONDS
  const sum = (of: (one: ProcessUse) => number) => after.reduce((total, one) => total + of(one), 0)
  const round = (value: number, digits: number) => Number(value.toFixed(digits))
  reportResult('idle', [
    {
      case: `everything idle for ${SECONDS} s, without an executor`,
      processes: after.length,
      memoryGiB: round(sum((one) => one.pssBytes) / 2 ** 30, 3),
      percentOfACore: round(sum(share) * 100, 2),
    },
    ...after
      .filter((one) => one.pssBytes > 20 * 2 ** 20 || share(one) > 0.001)
      .map((one) => ({
        case: one.command.split(' ').slice(0, 3).join(' ').replaceAll(process.cwd(), '.').slice(0, 90),
        memoryMiB: round(one.pssBytes / 2 ** 20, 1),
        percentOfACore: round(share(one) * 100, 2),
      })),
  ])
} finally {
  await platform.stop()
}
