import { setTimeout as wait } from 'node:timers/promises'
import type { RequestAnswer } from '../client/answers'
import type { Api } from '../client/api'

const POLL_MS = 300

export const hasEnded = ({ state }: RequestAnswer) =>
  state === 'done' || state === 'failed' || state === 'cancelled'

/** What a request does, in one line. */
export function requestLine(request: RequestAnswer): string {
  const where = request.stage === 'denoise' ? `step ${request.stepsDone} of ${request.steps}` : request.stage
  return `${request.id} ${request.state}, ${where}${request.sentence ? `: ${request.sentence}` : ''}`
}

/** Shows progress on standard error until all have ended; an interrupt cancels them. */
export async function waitForRequests(api: Api, groupId: string): Promise<RequestAnswer[]> {
  const isShown = process.stderr.isTTY
  let interrupted = false
  const interrupt = () => {
    interrupted = true
  }
  process.once('SIGINT', interrupt)
  try {
    for (;;) {
      const { requests } = await api.get<{ requests: RequestAnswer[] }>(`/requests?groupId=${groupId}`)
      if (isShown)
        process.stderr.write(
          `\r\x1b[2K${requests
            .map(requestLine)
            .join(' | ')
            .slice(0, (process.stderr.columns ?? 120) - 1)}`,
        )
      if (requests.length > 0 && requests.every(hasEnded)) return requests.reverse()
      if (interrupted) for (const { id } of requests) await api.delete(`/requests/${id}`)
      await wait(POLL_MS)
    }
  } finally {
    process.removeListener('SIGINT', interrupt)
    if (isShown) process.stderr.write('\r\x1b[2K')
  }
}
