import type { Command } from 'commander'
import type { QuoteAnswer, RequestAnswer } from '../client/answers'
import { InputError } from '../errors'
import { print } from '../output/print'

interface Options {
  json?: boolean
  video?: boolean
  size?: string
  frames?: string
  steps?: string
  seed?: string
  count?: string
  deadline?: string
  deployment?: string
  out?: string
  late?: boolean
  wait: boolean
  quote?: boolean
}

function number(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InputError(`${option}: ${text} is not a number.`)
  return value
}

function specOf(prompt: string, options: Options): Record<string, unknown> {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(options.size ?? '') ?? []
  if (options.size !== undefined && width === undefined)
    throw new InputError(`--size: ${options.size} does not look like 512x512.`)
  const seconds = number(options.deadline, '--deadline')
  return {
    kind: options.video ? 'video' : 'image',
    prompt,
    width: number(width, '--size'),
    height: number(height, '--size'),
    frames: number(options.frames, '--frames'),
    steps: number(options.steps, '--steps'),
    seed: number(options.seed, '--seed'),
    count: number(options.count, '--count'),
    deadlineMs: seconds === undefined ? undefined : Math.round(seconds * 1000),
    acceptLate: options.late,
  }
}

/** `picture.png`, or `picture-2.png` where there are several. */
function fileOf(request: RequestAnswer, place: number, count: number, out: string | undefined): string {
  const ending = request.resultType === 'video/mp4' ? 'mp4' : 'png'
  if (out === undefined) return `${request.id}.${ending}`
  if (count === 1) return out
  const dot = out.lastIndexOf('.')
  return dot > 0 ? `${out.slice(0, dot)}-${place + 1}${out.slice(dot)}` : `${out}-${place + 1}`
}

async function generate(prompt: string, options: Options): Promise<void> {
  const spec = specOf(prompt, options)
  const { Api } = await import('../client/api')
  const { chooseDeployment } = await import('../serving/find-deployment')
  const api = new Api()
  const deployment = await chooseDeployment(api, options.video ? 'video' : 'image', options.deployment)
  const body = { deploymentId: deployment.id, spec }
  if (options.quote) {
    const { quote } = await api.post<{ quote: QuoteAnswer }>('/requests/quote', body)
    print(options.json, quote, () => quote.words)
    return
  }
  const made = await api.post<{ ids: string[]; groupId: string; quote: QuoteAnswer }>('/requests', body)
  if (!options.wait) {
    print(options.json, made, () => `${made.ids.join(', ')} in line. ${made.quote.words}`)
    return
  }
  if (!options.json) process.stderr.write(`${made.quote.words}\n`)
  const { waitForRequests } = await import('../serving/wait-for-requests')
  const ended = await waitForRequests(api, made.groupId)
  const results = await keepFiles(api, ended, options.out)
  print(options.json, { quote: made.quote, requests: results }, () =>
    results.map((one) => one.file ?? `${one.id} ${one.state}: ${one.error ?? one.sentence}`).join('\n'),
  )
  if (results.some((one) => one.state !== 'done')) process.exitCode = 1
}

async function keepFiles(
  api: InstanceType<typeof import('../client/api').Api>,
  ended: readonly RequestAnswer[],
  out: string | undefined,
) {
  const { writeFile } = await import('node:fs/promises')
  const results = []
  for (const [place, request] of ended.entries()) {
    const { id, state, seed, onTime, error, sentence } = request
    let file: string | null = null
    if (state === 'done') {
      file = fileOf(request, place, ended.length, out)
      const answer = await api.request('GET', `/requests/${id}/content`)
      await writeFile(file, Buffer.from(await answer.arrayBuffer()))
    }
    const seconds = request.endedAt
      ? (Date.parse(request.endedAt) - Date.parse(request.createdAt)) / 1000
      : null
    results.push({ id, state, file, seed, onTime, seconds, error, sentence })
  }
  return results
}

export function registerGenerate(program: Command): void {
  program
    .command('generate')
    .argument('<prompt>', 'what the picture shows')
    .description('Make an image, or a video, on a deployment.')
    .option('--video', 'a video instead of an image')
    .option('--size <WxH>', 'pixels, such as 512x512')
    .option('--frames <n>', 'of a video')
    .option('--steps <n>', 'denoising steps')
    .option('--seed <n>', 'the same seed gives the same picture')
    .option('--count <n>', 'images of the same prompt')
    .option('--deadline <seconds>', 'from now; refused at once where it cannot be promised')
    .option('--late', 'make it even where the deadline cannot be promised')
    .option('--deployment <id>', 'id or name (default: the newest that runs)')
    .option('--out <file>', 'file to write (default: the id of the request)')
    .option('--quote', 'only say by when it would be ready')
    .option('--no-wait', 'put it in line and return')
    .option('--json', 'print one JSON object')
    .action(generate)
}
