import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { StepTimes } from '../../engine/serving/profile'
import type { TraceRequest } from '../../engine/sim/serving/trace'
import type { Principal } from '../../server/auth/principal'
import { profileRows, timesOfRows } from '../../server/db/serving-profile'
import { cancelRequests } from '../../server/serving/cancel-request'
import { TestCluster } from '../../test/support/cluster'
import { eventually, startAgent } from '../../test/support/processes'
import { startWeb, type TestWeb } from '../../test/support/web'

/** A node's own folder, with the artifact store of all. */
function ownFolder(dataDir: string, name: string): string {
  const folder = join(dataDir, name)
  mkdirSync(folder)
  mkdirSync(join(dataDir, 'artifacts'), { recursive: true })
  symlinkSync(join(dataDir, 'artifacts'), join(folder, 'artifacts'))
  return folder
}

/** The leader stores its profile every five seconds. */
const LEARNED_MS = 6_000
const LIVE = ['queued', 'running', 'paused'] as const

/** Postgres, the control plane and two agents, each on a core of its own, with one deployment over both. */
export class ServingPlatform {
  private constructor(
    private readonly web: TestWeb,
    private readonly cluster: TestCluster,
    private readonly person: Principal,
    private readonly deploymentId: string,
  ) {}

  static async start(say: (line: string) => void): Promise<ServingPlatform> {
    const web = await startWeb()
    const cluster = await TestCluster.create(process.env.DATABASE_URL!)
    process.env.ALTO_DATA_DIR = cluster.dataDir
    try {
      return await ServingPlatform.deploy(web, cluster, say)
    } catch (error) {
      await cluster.close()
      await web.stop()
      throw error
    }
  }

  private static async deploy(
    web: TestWeb,
    cluster: TestCluster,
    say: (line: string) => void,
  ): Promise<ServingPlatform> {
    const person = await web.person('editor')
    await cluster.controlPlane()
    for (const [core, name] of ['node-a', 'node-b'].entries())
      cluster.processes.add(
        startAgent({
          port: cluster.port,
          name,
          dataDir: ownFolder(cluster.dataDir, name),
          token: await cluster.invite(),
          within: ['taskset', '-c', String(core)],
        }),
      )
    await eventually('two nodes', 180, async () => (await web.db.prisma.gpu.count()) === 2)
    say('two agents have joined')
    const made = await web.caller(person).deployment.create({
      spec: {
        name: 'bench',
        imageModel: 'builtin/tiny-image',
        videoModel: 'builtin/tiny-video',
        gpuIds: ['node-a/0', 'node-b/0'],
        settings: { previewEvery: 0 },
      },
    })
    if (!made.accepted) throw new Error(made.problems[0]!.message)
    await eventually('both executors to be ready', 300, async () => {
      const { executors } = await web.caller(person).deployment.get({ id: made.id })
      return executors.filter((one) => one.state === 'ready').length === 2
    })
    say('the deployment is ready')
    return new ServingPlatform(web, cluster, person, made.id)
  }

  /** The profile as it is stored. */
  async times(): Promise<StepTimes> {
    const { switchMs, resumeMs } = await this.web
      .caller(this.person)
      .deployment.get({ id: this.deploymentId })
    return timesOfRows(await profileRows(this.web.db.pool, this.deploymentId), { switchMs, resumeMs })
  }

  /** The same, once the leader has stored what it learned until now. */
  async learnedTimes(): Promise<StepTimes> {
    await wait(LEARNED_MS)
    return this.times()
  }

  async setPolicy(policy: string): Promise<void> {
    await this.web.caller(this.person).deployment.update({ id: this.deploymentId, settings: { policy } })
  }

  /** @param deadlineMs Unix milliseconds */
  async ask(request: TraceRequest, deadlineMs: number): Promise<string> {
    const [width, height] = String(request.resolution).split('x').map(Number)
    const { ids } = await this.web.caller(this.person).request.create({
      deploymentId: this.deploymentId,
      spec: {
        kind: request.kind,
        prompt: request.kind === 'image' ? 'a red circle left of a blue square' : 'a red circle moves right',
        width: width!,
        height: height!,
        ...(request.kind === 'video' ? { frames: request.frames } : {}),
        steps: request.steps,
        seed: Number(request.id),
        deadlineMs: Math.max(1, Math.round(deadlineMs - Date.now())),
        acceptLate: true,
      },
    })
    return ids[0]!
  }

  /** Ends what is still in line, and waits until nothing is. */
  async cancelRest(): Promise<void> {
    const live = { deploymentId: this.deploymentId, state: { in: [...LIVE] } }
    const rest = await this.web.db.prisma.request.findMany({ where: live, select: { id: true } })
    await cancelRequests(
      rest.map((one) => one.id),
      'the benchmark',
    )
    await eventually(
      'an empty line',
      180,
      async () => (await this.web.db.prisma.request.count({ where: live })) === 0,
    )
  }

  /** Unix milliseconds of each end; `null` for what was not made. */
  async endsOf(ids: readonly string[]): Promise<(number | null)[]> {
    const rows = await this.web.db.prisma.request.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, state: true, endedAt: true },
    })
    return ids.map((id) => {
      const row = rows.find((one) => one.id === id)
      return row?.state === 'done' ? row.endedAt!.getTime() : null
    })
  }

  /** What rounds cost, as the leader counts it; written every few seconds. */
  async figures(): Promise<Record<string, number | null>> {
    const { figures } = await this.web.db.prisma.deployment.findUniqueOrThrow({
      where: { jobId: this.deploymentId },
      select: { figures: true },
    })
    return figures as Record<string, number | null>
  }

  async stop(): Promise<void> {
    await this.cluster.close()
    await this.web.stop()
  }
}
