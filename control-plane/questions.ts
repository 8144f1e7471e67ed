import type { Pool } from 'pg'
import type { QueryReply } from '../contracts/agent-events'
import {
  answerQuestion,
  markAsked,
  openQuestions,
  refuseQuestion,
  reopenQuestions,
} from '../server/db/questions'
import type { AgentLink } from './gateway/agent-link'

/** Without any agent a question is given up after this long. */
const NOBODY_SECONDS = 20
/** Longer than an agent takes before it gives up by itself. */
const ANSWER_MS = 330_000

interface Asked {
  link: AgentLink
  until: number
}

/** Hands questions of the web to agents, each to the one with the fewest open, and their answers back. */
export class Questions {
  private readonly asked = new Map<string, Asked>()

  constructor(
    private readonly pool: Pool,
    private readonly links: ReadonlyMap<string, AgentLink>,
  ) {}

  /** Asks what is open. */
  async hand(): Promise<void> {
    await this.expire()
    for (const open of await openQuestions(this.pool)) {
      const link = open.nodeId === null ? this.idlest() : this.links.get(open.nodeId)
      if (link) {
        await markAsked(this.pool, open.id)
        this.asked.set(open.id, { link, until: performance.now() + ANSWER_MS })
        link.send({ type: 'query', queryId: open.id, question: open.question })
      } else if (open.ageSeconds > NOBODY_SECONDS)
        await refuseQuestion(
          this.pool,
          open.id,
          'No agent is connected that could answer. Start one and try again.',
        )
    }
  }

  /** True where the reply was to a question of the web. */
  async take(reply: QueryReply): Promise<boolean> {
    if (!this.asked.delete(reply.queryId)) return false
    await answerQuestion(this.pool, reply)
    return true
  }

  /** The agent is gone: others are asked. */
  async leave(link: AgentLink): Promise<void> {
    const ids = [...this.asked].filter(([, asked]) => asked.link === link).map(([id]) => id)
    for (const id of ids) this.asked.delete(id)
    if (ids.length > 0) await reopenQuestions(this.pool, ids)
  }

  private async expire(): Promise<void> {
    for (const [id, asked] of this.asked) {
      if (asked.until > performance.now()) continue
      this.asked.delete(id)
      await refuseQuestion(this.pool, id, `The node ${asked.link.hello.name} did not answer in time.`)
    }
  }

  private idlest(): AgentLink | undefined {
    const open = new Map<AgentLink, number>([...this.links.values()].map((link) => [link, 0]))
    for (const { link } of this.asked.values()) open.set(link, (open.get(link) ?? 0) + 1)
    return [...open].sort((a, b) => a[1] - b[1])[0]?.[0]
  }
}
