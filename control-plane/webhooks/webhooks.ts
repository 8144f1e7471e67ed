import type { Pool } from 'pg'
import { type DueDelivery, dueDeliveries, markDelivered, markUndelivered } from '../../server/db/webhooks'
import { log } from '../log'
import { ForbiddenTarget, postMessage } from './post-message'
import { signedHeaders } from './sign-message'

const AT_ONCE = 20
/** Seconds until the next attempt, after the first, the second, …; after the last it is given up. */
const RETRY_SECONDS = [5, 30, 120, 600, 3_600, 21_600]
/** The receiver says that nobody wants these any more. */
const GONE = 410

/** Tells other servers that requests have ended: signed, time-stamped, and again until it is taken. */
export class Webhooks {
  private readonly busy = new Set<string>()

  constructor(
    private readonly pool: Pool,
    private readonly allowPrivate: boolean,
  ) {}

  /** Sends what is due; never throws for a single one. */
  async send(): Promise<void> {
    const due = (await dueDeliveries(this.pool, AT_ONCE)).filter((one) => !this.busy.has(one.requestId))
    await Promise.all(due.map((one) => this.deliver(one)))
  }

  private async deliver(due: DueDelivery): Promise<void> {
    this.busy.add(due.requestId)
    try {
      const problem = await this.attempt(due)
      if (problem === null) await markDelivered(this.pool, due.requestId)
      else {
        const retrySeconds = problem.isFinal ? null : (RETRY_SECONDS[due.attempts] ?? null)
        const tries = due.attempts + 1
        const givenUp = ` Given up after ${tries === 1 ? 'one attempt' : `${tries} attempts`}.`
        const message = retrySeconds === null ? problem.message + givenUp : problem.message
        await markUndelivered(this.pool, due.requestId, message, retrySeconds)
      }
    } catch (error) {
      log.error({ error: (error as Error).message, request: due.requestId }, 'a webhook could not be noted')
    } finally {
      this.busy.delete(due.requestId)
    }
  }

  private async attempt(due: DueDelivery): Promise<{ message: string; isFinal: boolean } | null> {
    const body = messageOf(due)
    const at = Math.floor(Date.now() / 1000)
    try {
      const status = await postMessage(
        due.url,
        body,
        signedHeaders(due.secret, due.requestId, at, body),
        this.allowPrivate,
      )
      if (status >= 200 && status < 300) return null
      return { message: `It answered ${status}.`, isFinal: status === GONE }
    } catch (error) {
      return { message: (error as Error).message, isFinal: error instanceof ForbiddenTarget }
    }
  }
}

function messageOf({ requestId, state, kind, endedAt, onTime, error }: DueDelivery): string {
  return JSON.stringify({
    type: `request.${state}`,
    timestamp: endedAt.toISOString(),
    data: {
      id: requestId,
      kind,
      state,
      onTime,
      error,
      content: state === 'done' ? `/api/v1/requests/${requestId}/content` : null,
    },
  })
}
