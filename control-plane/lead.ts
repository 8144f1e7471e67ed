import type { Pool } from 'pg'
import type { Heartbeat } from '../contracts/agent-events'
import { placeDeployments, renewDeployments } from '../server/db/deployments-place'
import type { Ingested } from '../server/db/ingest'
import {
  disconnectAbsent,
  disconnectAll,
  markDisconnected,
  signIn,
  storeSamples,
} from '../server/db/ingest-node'
import { trimJournal, WORK_CHANNEL } from '../server/db/journal'
import { renewSweeps } from '../server/db/leases'
import { loseNodes, reconcileNode } from '../server/db/leases-lost'
import { listen } from '../server/db/listen'
import { confirmIdentity, readAttemptKey, renewIdentity, spendInvitations } from '../server/db/node-identity'
import { reopenQuestions, trimQuestions } from '../server/db/questions'
import { droppableResults, markResultsDropped } from '../server/db/result-retention'
import type { LoadedSnapshot } from '../server/db/snapshot'
import { storeForecasts } from '../server/db/snapshot-forecast'
import { droppableCheckpoints, markDropped, trimSamples } from '../server/db/snapshot-retention'
import { applyWishes } from '../server/db/wishes'
import { databaseApplier, runCycle, StalePlans } from './cycle'
import { dispatch } from './dispatch'
import { Forecasts } from './forecast'
import type { AgentLink } from './gateway/agent-link'
import { Gateway } from './gateway/gateway'
import { Ingestor } from './ingestor'
import { log } from './log'
import { Quarantine } from './quarantine'
import { Questions } from './questions'
import { Renewals } from './renewals'
import { Serving } from './serving/serving'
import { leaseInDatabase, type Settings } from './settings'
import { Suggestions } from './suggest'
import { Turns } from './turns'
import { Webhooks } from './webhooks/webhooks'

const SAMPLE_SECONDS = 5
/** Of how many nodes a second samples are stored at most: with more nodes, each one's are further apart. */
const SAMPLED_A_SECOND = 20
const JOURNAL_METRIC_SECONDS = 600
const UPKEEP_SECONDS = 60
const WEBHOOK_SECONDS = 2
const CYCLE_RETRY_MS = 1_000

/** What the leader does while it leads: agents' sessions, ingestion, cycles and upkeep. */
export class Lead {
  private readonly turns = new Turns()
  private readonly gateway: Gateway
  private readonly ingestor: Ingestor
  private readonly questions: Questions
  private readonly suggestions: Suggestions
  private readonly forecasts = new Forecasts()
  private readonly quarantine: Quarantine
  private readonly serving: Serving
  private readonly renewals: Renewals
  private readonly sampledAt = new Map<string, number>()
  private readonly timers: NodeJS.Timeout[] = []
  private attemptKey = ''
  private rung = false
  private cycling = false
  private closed = false
  private listener: { close(): Promise<void> } | undefined

  constructor(
    private readonly pool: Pool,
    private readonly settings: Settings,
  ) {
    this.ingestor = new Ingestor(pool, this.turns, (stored) => this.stored(stored))
    const { heartbeatSeconds, leaseSeconds } = settings
    this.renewals = new Renewals(pool, leaseInDatabase(leaseSeconds))
    this.gateway = new Gateway({
      welcome: { heartbeatSeconds, leaseSeconds },
      attemptKey: () => this.attemptKey,
      signIn: (token, hello) => this.turns.take(() => signIn(pool, token, hello, settings.identitySeconds)),
      onJoined: (link, acked) => this.joined(link, acked),
      onEvents: (_link, arrivals) => this.ingestor.add(arrivals),
      onServing: (link, message) => this.serving.hear(link, message),
      onHeartbeat: (link, beat) => this.heartbeat(link, beat),
      onIdentityStored: async (link) => {
        await confirmIdentity(pool, link.nodeId)
        link.renewingIdentity = false
      },
      onReply: async (reply) => {
        if (!(await this.questions.take(reply))) await this.suggestions.take(reply)
      },
      onLeft: (link) => this.left(link),
    })
    this.quarantine = new Quarantine(pool)
    this.serving = new Serving(pool, this.gateway.links, settings.dataDir, {
      now: () => Date.now(),
      stopwatch: () => performance.now(),
    })
    this.questions = new Questions(pool, this.gateway.links)
    this.suggestions = new Suggestions(pool, this.gateway.links, settings.maxSlots)
  }

  /** Answers the port that agents connect to. */
  async start(): Promise<number> {
    await disconnectAll(this.pool)
    this.attemptKey = await readAttemptKey(this.pool)
    await reopenQuestions(this.pool)
    const port = await this.gateway.listen(this.settings.port, this.settings.host)
    this.listener = listen(
      this.settings.databaseUrl,
      [WORK_CHANNEL],
      () => this.ring(),
      (error) => log.warn({ error: error.message }, 'the listening connection was lost'),
    )
    this.serving.start(this.settings.databaseUrl)
    const webhooks = new Webhooks(this.pool, this.settings.webhookPrivateTargets)
    this.every(WEBHOOK_SECONDS, () => webhooks.send())
    this.every(this.settings.pollSeconds, async () => this.ring())
    this.every(Math.min(this.settings.leaseSeconds / 4, 5), async () => {
      await disconnectAbsent(this.pool, [...this.gateway.links.keys()], this.settings.leaseSeconds)
      if (await this.turns.take(() => loseNodes(this.pool, leaseInDatabase(this.settings.leaseSeconds))))
        this.ring()
    })
    this.every(Math.min(UPKEEP_SECONDS, this.settings.identitySeconds / 10), () => this.renewIdentities())
    this.every(UPKEEP_SECONDS, async () => {
      await renewSweeps(this.pool)
      await renewDeployments(this.pool)
      await trimJournal(this.pool, JOURNAL_METRIC_SECONDS)
      await trimQuestions(this.pool)
      await trimSamples(this.pool)
      await this.dropCheckpoints()
      await this.dropResults()
    })
    return port
  }

  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.timers) clearInterval(timer)
    this.ingestor.close()
    await this.serving.close()
    await this.listener?.close()
    await this.gateway.close()
    await this.turns.take(async () => {})
  }

  /** Something may have changed: a cycle follows, one for any number of rings. */
  private ring(): void {
    this.rung = true
    if (!this.cycling && !this.closed) void this.cycles()
  }

  private async cycles(): Promise<void> {
    this.cycling = true
    while (this.rung && !this.closed) {
      this.rung = false
      try {
        await this.turns.take(() => this.cycle())
      } catch (error) {
        if (error instanceof StalePlans) this.rung = true
        else this.cycleFailed(error as Error)
      }
    }
    this.cycling = false
  }

  private cycleFailed(error: Error): void {
    log.error({ error: error.message, stack: error.stack }, 'a cycle failed; another one follows')
    setTimeout(() => this.ring(), CYCLE_RETRY_MS).unref()
  }

  private async cycle(): Promise<void> {
    await this.questions.hand()
    await applyWishes(this.pool, this.settings.parkedSeconds)
    await this.suggestions.ask()
    await placeDeployments(this.pool)
    const apply = databaseApplier(this.pool, this.settings)
    const loaded = await runCycle(this.pool, this.settings, apply, this.quarantine)
    await this.forecast(loaded)
    for (const link of this.gateway.links.values())
      if (link.reconciled)
        await dispatch(this.pool, link, (sweepId, error) => this.quarantine.blame(sweepId, error))
    this.serving.ring()
  }

  /** A forecast is for people: work does not wait for it. */
  private async forecast(loaded: LoadedSnapshot): Promise<void> {
    try {
      await storeForecasts(this.pool, this.forecasts.take(loaded))
    } catch (error) {
      log.error({ error: (error as Error).message }, 'no forecast could be made')
    }
  }

  private async stored({ acked, decisive, serving }: Ingested): Promise<void> {
    for (const [nodeId, seq] of acked) {
      const link = this.gateway.links.get(nodeId)
      if (!link) continue
      link.send({ type: 'ack', seq })
      if (!link.reconciled && link.isDrained(seq)) await this.reconcile(link)
    }
    if (serving.length > 0) await this.serving.stored(serving)
    if (decisive) this.ring()
  }

  private async joined(link: AgentLink, acked: number): Promise<void> {
    if (link.isDrained(acked)) await this.reconcile(link)
    this.ring()
  }

  private async left(link: AgentLink): Promise<void> {
    await this.questions.leave(link)
    await this.turns.take(() => markDisconnected(this.pool, link.nodeId))
    this.ring()
  }

  private async dropCheckpoints(): Promise<void> {
    const droppable = (await droppableCheckpoints(this.pool)).filter(({ nodeId }) =>
      this.gateway.links.has(nodeId),
    )
    await markDropped(
      this.pool,
      droppable.map(({ id }) => id),
    )
    for (const [nodeId, link] of this.gateway.links) {
      const paths = droppable.filter((one) => one.nodeId === nodeId).map((one) => one.path)
      if (paths.length > 0) link.send({ type: 'drop-checkpoints', paths })
    }
  }

  /** Pictures and clips that nobody keeps any more: by the node that made them, or by any of a shared store. */
  private async dropResults(): Promise<void> {
    const [anyNode] = this.gateway.links.keys()
    const droppable = (await droppableResults(this.pool)).flatMap((one) => {
      const link = this.gateway.links.get(one.nodeId ?? anyNode ?? '')
      return link ? [{ one, link }] : []
    })
    await markResultsDropped(
      this.pool,
      droppable.map(({ one }) => one),
    )
    for (const link of new Set(droppable.map((entry) => entry.link))) {
      const paths = droppable.filter((entry) => entry.link === link).map(({ one }) => one.path)
      link.send({ type: 'drop-checkpoints', paths })
    }
  }

  /** What it runs and nobody expects is stopped; what it should run and does not is placed again. */
  private async reconcile(link: AgentLink): Promise<void> {
    await this.turns.take(() =>
      reconcileNode(this.pool, link.nodeId, {
        runIds: link.hello.running.map((running) => running.runId),
        executorIds: link.hello.executors,
      }),
    )
    link.reconciled = true
    this.serving.repeatOrders(link)
    this.serving.ring()
    this.ring()
  }

  /** Long before they end. One that was sent and not confirmed is good beside the one before. */
  private async renewIdentities(): Promise<void> {
    for (const link of this.gateway.links.values()) {
      if (link.renewingIdentity) continue
      const identity = await renewIdentity(this.pool, link.nodeId, this.settings.identitySeconds)
      if (identity === null) continue
      link.renewingIdentity = true
      link.send({ type: 'identity', identity })
    }
  }

  /** Never behind metrics: it waits for no turn. */
  private async heartbeat(link: AgentLink, beat: Heartbeat): Promise<void> {
    const { leaseSeconds } = this.settings
    const attempts = await this.renewals.of(link.nodeId)
    link.send({ type: 'renew', beat: beat.beat, attempts, leaseSeconds })
    if (link.invited) {
      // An agent keeps its identity before it says anything else.
      await spendInvitations(this.pool, link.nodeId)
      link.invited = false
    }
    const now = performance.now()
    const seconds = Math.max(SAMPLE_SECONDS, this.gateway.links.size / SAMPLED_A_SECOND)
    if (now - (this.sampledAt.get(link.nodeId) ?? Number.NEGATIVE_INFINITY) >= seconds * 1000) {
      this.sampledAt.set(link.nodeId, now)
      await storeSamples(this.pool, link.nodeId, beat)
    }
  }

  private every(seconds: number, work: () => Promise<void>): void {
    const timer = setInterval(() => {
      work().catch((error: Error) => log.error({ error: error.message }, 'upkeep failed'))
    }, seconds * 1000)
    this.timers.push(timer)
  }
}
