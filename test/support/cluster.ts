import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nanoid } from 'nanoid'
import type { Pool } from 'pg'
import { type SweepSpecInput, sweepSpec } from '../../contracts/sweep-spec'
import { openPool } from '../../server/db/pool'
import { freePort } from './postgres'
import { eventually, startAgent, startControlPlane, type TestProcess } from './processes'

/** A control plane and agents over a database, all real processes. */
export class TestCluster {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'alto-cluster-'))
  readonly processes = new Set<TestProcess>()
  projectId = ''

  private constructor(
    readonly pool: Pool,
    readonly databaseUrl: string,
    readonly port: number,
  ) {}

  static async create(databaseUrl: string): Promise<TestCluster> {
    const cluster = new TestCluster(openPool(databaseUrl, { max: 4 }), databaseUrl, await freePort())
    cluster.projectId = nanoid(12)
    await cluster.pool.query(`INSERT INTO "Cluster" ("id", "name") VALUES ($1, 'test')`, [nanoid(12)])
    await cluster.pool.query(`INSERT INTO "Project" ("id", "name") VALUES ($1, 'test')`, [cluster.projectId])
    return cluster
  }

  async controlPlane(env: Record<string, string> = {}): Promise<TestProcess> {
    const started = await startControlPlane(this.databaseUrl, { port: this.port, dataDir: this.dataDir, env })
    this.processes.add(started)
    return started
  }

  /** An invitation that an agent can join with. */
  async invite(): Promise<string> {
    const token = `join_${nanoid(32)}`
    await this.pool.query(
      `INSERT INTO "OneTimeSecret" ("id", "purpose", "hash", "expiresAt")
       VALUES ($1, 'join-node', $2, now() + interval '1 hour')`,
      [nanoid(12), createHash('sha256').update(token).digest('hex')],
    )
    return token
  }

  /** @param folder of its own, where it shares none with the others */
  async agent(
    name = 'node-a',
    env: Record<string, string> = {},
    cpuDevices = 1,
    folder = '',
  ): Promise<TestProcess> {
    const started = startAgent({
      port: this.port,
      name,
      dataDir: join(this.dataDir, folder),
      token: await this.invite(),
      env,
      cpuDevices,
    })
    this.processes.add(started)
    return started
  }

  /** Submits a sweep as the web does: as rows, and a ring. */
  async submit(given: SweepSpecInput, params: Record<string, unknown>[]): Promise<string> {
    const spec = sweepSpec.parse(given)
    const id = nanoid(12)
    await this.pool.query(
      `INSERT INTO "Job" ("id", "projectId", "kind", "name", "priority", "gpus") VALUES ($1, $2, 'sweep', $3, $4, $5)`,
      [id, this.projectId, spec.name, spec.priority, spec.gpus],
    )
    await this.pool.query(
      `INSERT INTO "Sweep" ("jobId", "spec", "model", "dataset", "method", "evaluations")
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, JSON.stringify(spec), spec.model, spec.dataset, spec.method, spec.evaluations],
    )
    for (const [i, one] of params.entries())
      await this.pool.query(
        'INSERT INTO "Run" ("id", "sweepId", "number", "params") VALUES ($1, $2, $3, $4)',
        [nanoid(12), id, i + 1, JSON.stringify(one)],
      )
    await this.pool.query('NOTIFY alto_work')
    return id
  }

  async wish(kind: string, subject: string, data: unknown = {}): Promise<number> {
    const { rows } = await this.pool.query<{ id: number }>(
      'INSERT INTO "Wish" ("kind", "subject", "data") VALUES ($1, $2, $3) RETURNING "id"',
      [kind, subject, JSON.stringify(data)],
    )
    await this.pool.query('NOTIFY alto_work')
    return rows[0]!.id
  }

  async rows<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T>(sql, values)).rows
  }

  /** Waits until the sweep is in one of these states; fails with the ends of all logs where it does not happen. */
  async sweepState(id: string, states: readonly string[], seconds = 80): Promise<string> {
    try {
      return await eventually(`sweep ${id} to be ${states.join(' or ')}`, seconds, async () => {
        const [job] = await this.rows<{ state: string }>('SELECT "state"::text FROM "Job" WHERE "id" = $1', [
          id,
        ])
        return states.includes(job!.state) && job!.state
      })
    } catch (error) {
      const logs = [...this.processes].map((one) => one.lines.slice(-15).join('\n')).join('\n--\n')
      const runs = await this.rows('SELECT "number", "state"::text, "step", "samples", "error" FROM "Run"')
      throw new Error(`${(error as Error).message}\n${JSON.stringify(runs)}\n${logs}`)
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.processes].map((one) => one.kill('SIGTERM')))
    await this.pool.end()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}
