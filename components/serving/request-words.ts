import type { StoredQuote } from '@/server/serving/stored-quote'
import type { RequestRow } from '@/server/views/request-row'
import { formatBytes } from '../ui/format/bytes'
import { plural } from '../ui/format/number'
import type { StateName } from '../ui/State'

type Asked = Pick<RequestRow, 'kind' | 'width' | 'height' | 'frames'>

/** `96x64 video, 16 frames` or `48x48 image`. */
export const whatOf = ({ kind, width, height, frames }: Asked): string =>
  kind === 'video' ? `${width}×${height} video, ${plural(frames, 'frame')}` : `${width}×${height} image`

/** Last part of an id: enough to tell requests apart, as commits are. */
export const shortId = (row: Pick<RequestRow, 'id' | 'kind'>): string =>
  `${row.kind === 'video' ? 'v' : 'i'}-${row.id.slice(-5).toLowerCase()}`

export interface RequestLook {
  state: StateName
  word: string
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** State of a request as one of the frame's states, with its word. */
export function requestLook(
  row: Pick<RequestRow, 'state' | 'onTime' | 'slackMs' | 'error' | 'endedAt' | 'deadlineAt'>,
): RequestLook {
  switch (row.state) {
    case 'done': {
      const late = (row.endedAt?.getTime() ?? 0) - row.deadlineAt.getTime()
      return row.onTime
        ? { state: 'done', word: 'On time' }
        : { state: 'late', word: `Late ${seconds(late)}` }
    }
    case 'failed':
      return { state: 'failed', word: 'Failed' }
    case 'cancelled':
      return { state: 'parked', word: 'Cancelled' }
    default:
  }
  if (row.onTime === false) return { state: 'late', word: 'Past its deadline' }
  if (row.slackMs !== null && row.slackMs < 0) return { state: 'late', word: 'Cannot make it' }
  if (row.state === 'paused') return { state: 'paused', word: 'Paused' }
  if (row.state === 'running') return { state: 'running', word: 'On time so far' }
  return { state: 'waiting', word: 'Waiting' }
}

/** Where it is: its GPUs, what is parked, or that it waits. */
export function whereOf(
  row: Pick<RequestRow, 'state' | 'gpuIds' | 'parkedBytes' | 'stage' | 'steps' | 'stepsDone'>,
): string {
  if (row.state === 'paused') return row.parkedBytes ? `parked, ${formatBytes(row.parkedBytes)}` : 'parked'
  if (row.state === 'queued') return 'in line'
  const gpus = gpuNames(row.gpuIds)
  if (row.stage === 'denoise')
    return `${gpus}, step ${Math.min(row.steps, row.stepsDone + 1)} of ${row.steps}`
  return `${gpus}, ${row.stage === 'encode' ? 'encoding' : 'decoding'}`
}

/** `node-a/0–3, 6 and node-b/0`: GPUs of a node stand together, three or more in a row as a range. */
export function gpuNames(gpuIds: readonly string[]): string {
  const nodes = new Map<string, number[]>()
  for (const id of gpuIds) {
    const slash = id.lastIndexOf('/')
    const node = id.slice(0, slash)
    nodes.set(node, [...(nodes.get(node) ?? []), Number(id.slice(slash + 1))])
  }
  return [...nodes].map(([node, numbers]) => `${node}/${ranges(numbers)}`).join(' and ')
}

function ranges(numbers: readonly number[]): string {
  const rows: number[][] = []
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const row = rows.at(-1)
    if (row?.at(-1) === number - 1) row.push(number)
    else rows.push([number])
  }
  return rows.map((row) => (row.length > 2 ? `${row[0]}–${row.at(-1)}` : row.join(', '))).join(', ')
}

/** What an offer of a quote changes: `30 steps`, `17 frames`, `48×48`. */
export function offerOf(offer: StoredQuote['alternatives'][number]): string {
  if (offer.change === 'fewer-steps') return `${offer.steps} steps`
  return offer.change === 'fewer-frames' ? plural(offer.frames, 'frame') : `${offer.width}×${offer.height}`
}

/** A quote as the person reads it in their own time of day. */
export function quoteSentence(quote: StoredQuote, clock: (at: Date) => string): string {
  const offers = quote.alternatives.map((offer) => `${offerOf(offer)} by ${clock(offer.byAt)}`)
  const instead = offers.length > 0 ? offers.join(', or ') : ''
  if (quote.kind === 'unknown') return quote.words
  if (quote.kind === 'promise' && quote.byAt)
    return `Ready by ${clock(quote.byAt)} with ${Math.round(100 * (quote.confidence ?? 0))}%.`
  const earliest = quote.earliestAt ? clock(quote.earliestAt) : 'then'
  if (quote.code === 'line-full') return `The line is full. No place before ${earliest}.`
  if (quote.kind === 'would-make-it') return `As asked not before ${earliest}. In time: ${instead}.`
  return `No place before its deadline; the earliest is ${earliest}.${instead ? ` Instead: ${instead}.` : ''}`
}
