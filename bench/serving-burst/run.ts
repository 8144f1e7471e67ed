/**
 * `npm run bench:serving-burst [-- --requests 1500]`: that many videos asked for at once over REST, of a platform as
 * `npm start` makes it, with a line of 1,000. Says how many were taken and how many were refused with a time to come
 * back, what web and control plane took of memory before, at most and after, and whether every request that was taken
 * is there and has ended once its deployment is stopped. Exit code 1 where one is not.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Platform, startPlatform } from '../../test/e2e/support/platform'
import { askRest } from '../harness/platform-rest'
import { reportResult } from '../harness/report-result'
import { processTree } from '../idle/process-use'

const { values } = parseArgs({ options: { requests: { type: 'string', default: '1500' } } })
const COUNT = Number(values.requests)
const SAMPLE_MS = 500

interface Answer {
  status: number
  retryAfter: string | null
  body: string
}

/** MiB of the processes of one service, by a word of their command. */
function memoryMiB(platform: Platform, service: string): number {
  const own = processTree(platform.pid).filter(({ command }) => command.includes(service))
  return Math.round(own.reduce((sum, { pssBytes }) => sum + pssBytes, 0) / 2 ** 20)
}

const both = (platform: Platform) => ({
  webMiB: memoryMiB(platform, 'next'),
  controlPlaneMiB: memoryMiB(platform, 'control-plane'),
})

async function until(what: string, seconds: number, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await isSo()); await wait(500))
    if (Date.now() > end) throw new Error(`Waited ${seconds} s for ${what}.`)
}

async function askOnce(platform: Platform, deploymentId: string, number: number): Promise<Answer> {
  const { url, token } = JSON.parse(readFileSync(join(platform.dataDir, 'cli.json'), 'utf8')) as {
    url: string
    token: string
  }
  const spec = {
    kind: 'video',
    prompt: 'a red circle moves right',
    steps: 200,
    seed: number,
    acceptLate: true,
  }
  const answer = await fetch(`${url}/api/v1/requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ deploymentId, spec }),
  })
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: await answer.text() }
}

const platform = await startPlatform()
try {
  const rest = <T>(method: 'GET' | 'POST', path: string, body?: unknown) =>
    askRest<T>(platform, method, path, body)
  let gpuIds: string[] = []
  await until('the agent', 120, async () => {
    const { nodes } = await rest<{ nodes: { gpus: { id: string }[] }[] }>('GET', '/nodes')
    gpuIds = nodes.flatMap(({ gpus }) => gpus.map(({ id }) => id))
    return gpuIds.length > 0
  })
  const { id } = await rest<{ id: string }>('POST', '/deployments', {
    name: 'burst',
    videoModel: 'builtin/tiny-video',
    gpuIds,
  })
  await until('the deployment to be ready', 300, async () => {
    const { deployment } = await rest<{ deployment: { phase: string } }>('GET', `/deployments/${id}`)
    return deployment.phase === 'ready'
  })
  const before = both(platform)
  const most = { ...before }
  let isOver = false
  const sampling = (async () => {
    for (; !isOver; await wait(SAMPLE_MS)) {
      const now = both(platform)
      most.webMiB = Math.max(most.webMiB, now.webMiB)
      most.controlPlaneMiB = Math.max(most.controlPlaneMiB, now.controlPlaneMiB)
    }
  })()
  const begunAt = performance.now()
  const answers = await Promise.all(
    Array.from({ length: COUNT }, (_, number) => askOnce(platform, id, number)),
  )
  const seconds = (performance.now() - begunAt) / 1000
  isOver = true
  await sampling
  const taken = answers.filter(({ status }) => status === 201)
  const refused = answers.filter(
    ({ status, retryAfter }) => [429, 503].includes(status) && retryAfter !== null,
  )
  const sentences = [...new Set(refused.map(({ body }) => body))]
  const ids = new Set(taken.flatMap(({ body }) => (JSON.parse(body) as { ids: string[] }).ids))
  const { total } = await rest<{ total: number }>('GET', `/requests?deploymentId=${id}`)
  await rest('POST', `/deployments/${id}/stop`)
  const live = `/requests?deploymentId=${id}&states=queued&states=running&states=paused`
  await until('the line to end', 300, async () => (await rest<{ total: number }>('GET', live)).total === 0)
  const isWhole = ids.size === total && taken.length + refused.length === COUNT
  reportResult('serving-burst', [
    {
      asked: COUNT,
      taken: taken.length,
      refusedWithTime: refused.length,
      otherwise: COUNT - taken.length - refused.length,
      sentences,
      rows: total,
      lost: ids.size - total,
      seconds,
      before,
      most,
      after: both(platform),
    },
  ])
  if (!isWhole) process.exitCode = 1
} finally {
  await platform.stop()
}
