import { createHash } from 'node:crypto'
import { nanoid } from 'nanoid'
import type { TestCluster } from '../support/cluster'

const ATTEMPT_MS = 10_000
const BETWEEN_MS = 200
/** Longer than any outage, with a busy machine around it. */
const PATIENCE_MS = 300_000

/** A token of an admin of the cluster's project, as the settings page makes them. */
export async function makeToken(cluster: TestCluster): Promise<string> {
  const token = `alto_${nanoid(32)}`
  const userId = nanoid(12)
  await cluster.pool.query(
    `INSERT INTO "User" ("id", "name", "email", "isOwner", "updatedAt") VALUES ($1, 'client', $2, true, now())`,
    [userId, `${userId.toLowerCase()}@alto.example`],
  )
  await cluster.pool.query(
    `INSERT INTO "Membership" ("projectId", "userId", "role") VALUES ($1, $2, 'admin')`,
    [cluster.projectId, userId],
  )
  await cluster.pool.query(
    `INSERT INTO "ApiToken" ("id", "name", "prefix", "hash", "userId", "role") VALUES ($1, 'client', $2, $3, $4, 'admin')`,
    [nanoid(12), token.slice(0, 10), createHash('sha256').update(token).digest('hex'), userId],
  )
  return token
}

/** A client of the REST interface that asks again where it got no answer, as every client has to. */
export class RestClient {
  /** Calls that needed more than one try. */
  retried = 0
  /** Addresses of web processes, tried in turn. */
  constructor(
    readonly bases: readonly string[],
    readonly token: string,
  ) {}

  /**
   * @param onceKey makes a call that changes something safe to repeat
   * @throws where the answer is a refusal, or nothing answers for minutes
   */
  async ask(
    method: 'GET' | 'POST',
    path: string,
    options: { body?: unknown; onceKey?: string } = {},
  ): Promise<Response> {
    const until = Date.now() + PATIENCE_MS
    for (let number = 0; ; number++) {
      const answer = await this.once(method, this.bases[number % this.bases.length]! + path, options)
      if (answer !== null) {
        if (number > 0) this.retried++
        if (answer.ok) return answer
        throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`)
      }
      if (Date.now() > until)
        throw new Error(`${method} ${path} got no answer within ${PATIENCE_MS / 1000} s.`)
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
    }
  }

  /** `null`: nothing answers, or it says that it cannot now. */
  private async once(
    method: string,
    url: string,
    { body, onceKey }: { body?: unknown; onceKey?: string },
  ): Promise<Response | null> {
    try {
      const answer = await fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          'content-type': 'application/json',
          ...(onceKey === undefined ? {} : { 'idempotency-key': onceKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ATTEMPT_MS),
      })
      if (answer.status >= 500) {
        await answer.arrayBuffer()
        return null
      }
      // Read whole here, so that a connection that ends half way counts as no answer.
      return new Response(await answer.arrayBuffer(), { status: answer.status, headers: answer.headers })
    } catch {
      return null
    }
  }
}
