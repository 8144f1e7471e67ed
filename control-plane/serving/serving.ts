import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nanoid } from 'nanoid'
import type { Pool } from 'pg'
import type { DurableEvent } from '../../contracts/agent-events'
import type { ServingEvent, ServingMessage } from '../../contracts/serving-events'
import { isLive } from '../../engine/model/request-states'
import { beginAgain } from '../../server/db/ingest-requests'
import { listen } from '../../server/db/listen'
import { endCancelled } from '../../server/db/serving-cancel'
import { SERVING_CHANNEL } from '../../server/db/serving-doorbell'
import { type DiffusionExecutor, diffusionExecutors } from '../../server/db/serving-executors'
import { profileRows } from '../../server/db/serving-profile'
import {
  type DeploymentRow,
  deploymentRows,
  type LiveRequestRow,
  liveRequestRows,
  requestRow,
} from '../../server/db/serving-rows'
import { storeServing } from '../../server/db/serving-store'
import { inTransaction } from '../../server/db/transaction'
import type { AgentLink } from '../gateway/agent-link'
import { log } from '../log'
import { Turns } from '../turns'
import type { LiveRequest } from './live-request'
import { NodeClock } from './node-clock'
import { ProfileBook } from './profile-book'
import { Recorder } from './recorder'
import { Rounds, type RoundsHost } from './rounds'
import type { Slot } from './slot'

const FLUSH_MS = 200
const POLL_MS = 2_000
const PROFILE_EVERY_MS = 5_000
/** How long rows that say `running` are believed before their executor has said so. */
const GUESS_MS = 5_000
/** A cancelled request of which its executor says nothing is ended without it. */
const CANCEL_MS = 15_000

/** Time as rounds see it. */
type ServingClock = Pick<RoundsHost, 'now' | 'stopwatch'>

/** All deployments in the leader's memory: rows in, rounds, batches out. */
export class Serving {
  private readonly all = new Map<string, Rounds>()
  private readonly byExecutor = new Map<string, string>()
  private readonly clocks = new Map<string, NodeClock>()
  private readonly recorder = new Recorder()
  private readonly turns = new Turns()
  private readonly timers: NodeJS.Timeout[] = []
  private listener: { close(): Promise<void> } | undefined
  private rung = false
  private reading = false
  private closed = false
  private profilesAt = 0

  constructor(
    private readonly pool: Pool,
    private readonly links: ReadonlyMap<string, AgentLink>,
    private readonly dataDir: string,
    private readonly clock: ServingClock,
  ) {}

  start(databaseUrl: string): void {
    this.listener = listen(
      databaseUrl,
      [SERVING_CHANNEL],
      () => this.ring(),
      (error) => log.warn({ error: error.message }, 'the serving connection was lost'),
    )
    this.timers.push(
      setInterval(() => this.ring(), POLL_MS),
      setInterval(() => void this.flush(), FLUSH_MS),
    )
  }

  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.timers) clearInterval(timer)
    for (const rounds of this.all.values()) rounds.close()
    await this.listener?.close()
    await this.flush()
  }

  /** Rows have changed: requests, deployments, executors or the agents' connections. */
  ring(): void {
    this.rung = true
    if (!this.reading && !this.closed) void this.read()
  }

  /** What an agent says about now. */
  hear(link: AgentLink, { executorId, events }: ServingMessage): void {
    const rounds = this.roundsOf(executorId)
    if (!rounds) return
    const clock = this.clockOf(link.nodeId)
    const now = this.clock.now()
    for (const event of events) {
      if (event.kind === 'preview') {
        void this.keepPreview(rounds, event)
        continue
      }
      clock.hear(event.kind === 'unit-ended' ? event.endMs : event.atMs, now)
      if (event.kind === 'unit-ended') {
        const startMs = clock.toLeader(event.startMs)
        rounds.unitEnded(executorId, { ...event, startMs, endMs: clock.toLeader(event.endMs) })
      } else rounds.orderEnded({ ...event, atMs: clock.toLeader(event.atMs) })
    }
  }

  /** What was spooled and is in the database now. */
  async stored(events: readonly DurableEvent[]): Promise<void> {
    await this.turns.take(() => this.takeStored(events))
  }

  private async takeStored(events: readonly DurableEvent[]): Promise<void> {
    for (const event of events) {
      if (event.kind === 'request-parked') {
        const request = this.find(event.requestId)
        if (request?.attempt !== event.attempt) continue
        request.parked = { path: event.path, stage: event.stage, stepsDone: event.stepsDone }
        this.roundsOf(event.executorId)?.look()
      } else if (event.kind === 'request-ended') {
        await this.settle(event.requestId)
      } else if (event.kind === 'executor' && event.state === 'ended') {
        await this.loseExecutor(event.executorId)
        this.ring()
      } else if (event.kind === 'executor') this.ring()
      else if (event.kind === 'serving-profile' && event.source === 'probe') this.ring()
    }
  }

  /** After an agent has come back: what it was told and has not confirmed is said again. */
  repeatOrders(link: AgentLink): void {
    for (const rounds of this.all.values())
      for (const order of rounds.orders.values()) {
        const isOwn = order.slots.every((slot) => slot.nodeId === link.nodeId)
        if (isOwn && order.command && link.hello.executors.includes(order.executorId))
          link.send(order.command)
      }
  }

  private async read(): Promise<void> {
    this.reading = true
    while (this.rung && !this.closed) {
      this.rung = false
      try {
        await this.turns.take(() => this.refresh())
      } catch (error) {
        log.error({ error: (error as Error).message }, 'requests could not be read; they are read again')
      }
    }
    this.reading = false
  }

  private async refresh(): Promise<void> {
    const deployments = (await deploymentRows(this.pool)).filter((row) => row.state === 'running')
    const ids = deployments.map((row) => row.id)
    const [executors, requests] = await Promise.all([
      diffusionExecutors(this.pool, ids),
      liveRequestRows(this.pool, ids),
    ])
    for (const [id, rounds] of this.all)
      if (!ids.includes(id)) {
        rounds.close()
        this.all.delete(id)
      }
    for (const deployment of deployments) {
      const own = executors.filter((executor) => executor.jobId === deployment.id)
      const live = requests.filter((request) => request.deploymentId === deployment.id)
      const known = this.all.get(deployment.id)
      const rounds = known ?? (await this.open(deployment))
      rounds.deployment = deployment
      if (rounds.book.times.shapes.size === 0) await this.readProfile(rounds)
      this.seat(rounds, own)
      await this.loseMissing(rounds, own)
      await this.takeIn(rounds, live, known === undefined)
      rounds.look()
    }
  }

  private async open(deployment: DeploymentRow): Promise<Rounds> {
    const book = new ProfileBook(await profileRows(this.pool, deployment.id), deployment)
    const rounds = new Rounds(deployment, book, this.recorder, {
      ...this.clock,
      newId: () => nanoid(10),
      send: (executorId, command) => {
        const nodeId = rounds.slots.find((slot) => slot.executorId === executorId)?.nodeId
        const link = nodeId === undefined ? undefined : this.links.get(nodeId)
        if (!link) return false
        link.send(command)
        return true
      },
      endUnstarted: (request) => void this.endCancelled(request),
    })
    this.all.set(deployment.id, rounds)
    return rounds
  }

  private async readProfile(rounds: Rounds): Promise<void> {
    rounds.book.replace(await profileRows(this.pool, rounds.deployment.id), rounds.deployment)
  }

  /** Which executor lives on which GPU; GPUs keep what they do. */
  private seat(rounds: Rounds, executors: readonly DiffusionExecutor[]): void {
    const { gpuIds, nodeIds } = rounds.deployment
    rounds.slots = gpuIds.map((gpuId, index): Slot => {
      const before = rounds.slots.find((slot) => slot.gpuId === gpuId)
      const slot = before ?? {
        gpuId,
        nodeId: '',
        executorId: null,
        rank: 0,
        order: undefined,
        next: undefined,
      }
      slot.nodeId = nodeIds[index]!
      const home = executors.find((executor) => executor.state === 'ready' && executor.gpuIds.includes(gpuId))
      const isConnected = this.links.get(slot.nodeId)?.reconciled === true
      slot.executorId = home && isConnected ? home.id : null
      slot.rank = home ? home.gpuIds.indexOf(gpuId) : 0
      return slot
    })
    for (const { id, jobId } of executors) this.byExecutor.set(id, jobId)
  }

  /** Executors that ended while nobody heard it: their node was lost, or the leader was another one. */
  private async loseMissing(rounds: Rounds, executors: readonly DiffusionExecutor[]): Promise<void> {
    const living = new Set(executors.map((executor) => executor.id))
    const named = new Set<string>()
    for (const order of rounds.orders.values()) named.add(order.executorId)
    for (const request of rounds.requests.values()) if (request.heldBy !== null) named.add(request.heldBy)
    for (const id of named) if (!living.has(id)) await this.loseIn(rounds, id)
  }

  private async takeIn(rounds: Rounds, rows: readonly LiveRequestRow[], isFirst: boolean): Promise<void> {
    const ids = new Set(rows.map((row) => row.id))
    for (const id of [...rounds.requests.keys()]) if (!ids.has(id)) await this.settle(id)
    for (const row of rows) {
      const known = rounds.requests.get(row.id)
      const request = known ?? rounds.arrive(row)
      const isNew = !known && (isFirst || row.state !== 'queued')
      if (isNew || request.isUnaccounted) this.takeOver(rounds, request)
      if (row.isCancelled) this.cancel(rounds, request)
    }
  }

  /** A request that another leader knew: it is where its row says, until its executor says more. */
  private takeOver(rounds: Rounds, request: LiveRequest): void {
    const slots = request.row.gpuIds.flatMap((gpu) => rounds.slots.find((slot) => slot.gpuId === gpu) ?? [])
    const [leader] = slots
    request.slots = slots
    if (request.state === 'queued') return
    // The executor that stands there now may be another one, or none, since its node is not here yet.
    if (leader?.executorId && request.heldBy === null) request.heldBy = leader.executorId
    if (request.state !== 'running') return
    request.isUnaccounted = !leader || leader.executorId !== request.heldBy
    if (!leader || request.isUnaccounted) return
    const mates = [...rounds.requests.values()].filter(
      (other) => other !== request && other.order?.isGuess && other.order.slots[0] === leader,
    )
    const order = mates[0]?.order
    if (order) {
      order.requests.push(request)
      request.order = order
    } else if (slots.every((slot) => !slot.order && !slot.next)) rounds.guess([request], slots, GUESS_MS)
  }

  private cancel(rounds: Rounds, request: LiveRequest): void {
    rounds.cancel(request)
    if (request.cancelledMs !== undefined && this.clock.now() - request.cancelledMs > CANCEL_MS)
      void this.endCancelled(request)
  }

  private async endCancelled(request: LiveRequest): Promise<void> {
    try {
      await this.turns.take(async () => {
        await endCancelled(this.pool, request.id)
        await this.settle(request.id)
      })
    } catch (error) {
      log.error(
        { error: (error as Error).message, request: request.id },
        'a cancel failed; it is tried again',
      )
    }
  }

  /** Brings memory to what the database says about one request: ended, or another attempt. */
  private async settle(id: string): Promise<void> {
    const row = await requestRow(this.pool, id)
    if (!row) return
    const rounds = this.all.get(row.deploymentId)
    const request = rounds?.requests.get(id)
    if (!rounds || !request) return
    if (!isLive(row.state)) rounds.end(id, row.onTime)
    else if (row.attempt > request.attempt) {
      rounds.leave(request)
      request.restart(row)
      rounds.look()
    }
  }

  private async loseExecutor(executorId: string): Promise<void> {
    const rounds = this.roundsOf(executorId)
    if (rounds) await this.loseIn(rounds, executorId)
  }

  private async loseIn(rounds: Rounds, executorId: string): Promise<void> {
    for (const request of rounds.loseExecutor(executorId)) {
      await inTransaction(this.pool, (client) => beginAgain(client, request.id, request.attempt))
      await this.settle(request.id)
    }
  }

  private async keepPreview(
    rounds: Rounds,
    { requestId, stepsDone, png }: Extract<ServingEvent, { kind: 'preview' }>,
  ): Promise<void> {
    const request = rounds.requests.get(requestId)
    if (!request || request.isCancelled) return
    const path = join('requests', requestId, 'preview.png')
    try {
      const file = join(this.dataDir, 'artifacts', path)
      await mkdir(join(file, '..'), { recursive: true })
      await writeFile(file, Buffer.from(png, 'base64'))
      this.recorder.preview({ id: requestId, path, step: stepsDone }, request.row.deploymentId)
    } catch (error) {
      log.warn({ error: (error as Error).message, request: requestId }, 'a preview could not be kept')
    }
  }

  private async flush(): Promise<void> {
    const now = this.clock.now()
    const isTime = now - this.profilesAt > PROFILE_EVERY_MS || this.closed
    if (isTime) this.profilesAt = now
    const profiles = isTime
      ? [...this.all.values()].flatMap(({ deployment, book, figures }) => {
          const rows = book.takeChanged()
          return rows.length > 0 ? [{ deploymentId: deployment.id, rows, figures }] : []
        })
      : []
    if (this.recorder.isEmpty && profiles.length === 0) return
    const batch = this.recorder.take(profiles)
    try {
      await this.turns.take(() => storeServing(this.pool, batch))
    } catch (error) {
      log.error({ error: (error as Error).message }, 'a batch of requests could not be stored')
    }
  }

  private find(requestId: string): LiveRequest | undefined {
    for (const rounds of this.all.values()) {
      const request = rounds.requests.get(requestId)
      if (request) return request
    }
    return undefined
  }

  private roundsOf(executorId: string): Rounds | undefined {
    const jobId = this.byExecutor.get(executorId)
    return jobId === undefined ? undefined : this.all.get(jobId)
  }

  private clockOf(nodeId: string): NodeClock {
    const known = this.clocks.get(nodeId) ?? new NodeClock()
    this.clocks.set(nodeId, known)
    return known
  }
}
