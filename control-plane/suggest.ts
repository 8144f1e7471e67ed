import type { Pool } from 'pg'
import { z } from 'zod'
import type { QueryReply } from '../contracts/agent-events'
import { completeConfiguration } from '../engine/search/complete-configuration'
import type { Value } from '../engine/search/space'
import { addRuns, type Searching, searchingSweeps } from '../server/db/snapshot-suggest'
import type { AgentLink } from './gateway/agent-link'
import { log } from './log'

const answer = z.object({ params: z.array(z.record(z.string(), z.unknown())) })

/** After a failed question, or one whose agent is gone. */
const RETRY_MS = 10_000

interface Asked {
  sweep: Searching
  until: number
}

/** Asks agents for the next configurations of sweeps that search by TPE, a generation at a time as slots free up. */
export class Suggestions {
  private readonly asked = new Map<string, Asked>()

  constructor(
    private readonly pool: Pool,
    private readonly links: ReadonlyMap<string, AgentLink>,
    private readonly maxSlots: number,
  ) {}

  async ask(): Promise<void> {
    const link = this.links.values().next().value
    if (!link) return
    for (const sweep of await searchingSweeps(this.pool)) {
      const busy = [...this.asked.values()].some(
        (one) => one.sweep.id === sweep.id && one.until > performance.now(),
      )
      const free = this.maxSlots - sweep.pending.length
      if (busy || sweep.waiting > 0 || free <= 0) continue
      const queryId = `suggest:${sweep.id}:${sweep.created}`
      this.asked.set(queryId, { sweep, until: performance.now() + RETRY_MS * 6 })
      link.send({
        type: 'query',
        queryId,
        question: {
          kind: 'suggest',
          space: sweep.space,
          count: Math.min(free, sweep.wanted - sweep.created),
          seed: sweep.seed,
          told: sweep.told,
          pending: sweep.pending,
        },
      })
    }
  }

  /** True where the reply was to a question of ours. */
  async take(reply: QueryReply): Promise<boolean> {
    const asked = this.asked.get(reply.queryId)
    if (!asked) return false
    const parsed = answer.safeParse(reply.result)
    if (!reply.ok || !parsed.success) {
      log.error({ sweep: asked.sweep.id, problem: reply.error?.message }, 'no configurations were suggested')
      asked.until = performance.now() + RETRY_MS
      return true
    }
    this.asked.delete(reply.queryId)
    const complete = parsed.data.params.map((one) =>
      completeConfiguration(one as Record<string, Value>, asked.sweep.seed),
    )
    await addRuns(this.pool, asked.sweep.id, asked.sweep.created, complete)
    return true
  }
}
