import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { S3Client } from '../../../server/artifacts/s3-client'
import { TestCluster } from '../../support/cluster'
import { freePort, startPostgres, type TestPostgres } from '../../support/postgres'
import { eventually, startAgent, TestProcess } from '../../support/processes'

const python = join(fileURLToPath(new URL('../../..', import.meta.url)), 'agent/.venv/bin/python')
const KEYS = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1' }

describe('artifacts in an S3 store', () => {
  let postgres: TestPostgres
  let cluster: TestCluster
  let server: TestProcess
  let endpoint: string
  let s3: S3Client
  const folders: string[] = []

  beforeAll(async () => {
    postgres = await startPostgres()
    cluster = await TestCluster.create(await postgres.createDatabase())
    const port = await freePort()
    endpoint = `http://127.0.0.1:${port}`
    server = TestProcess.start(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {})
    await eventually('the S3 server', 60, () =>
      fetch(endpoint).then(
        () => true,
        () => false,
      ),
    )
    await fetch(`${endpoint}/tunings`, { method: 'PUT' })
    s3 = new S3Client({
      endpoint,
      bucket: 'tunings',
      prefix: 'alto/',
      region: 'us-east-1',
      accessKeyId: 'key',
      secretAccessKey: 'secret',
    })
  })
  afterAll(async () => {
    await cluster.close()
    await server.kill()
    await postgres.stop()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  /** A node that shares no folder with the others. */
  async function node(name: string): Promise<TestProcess> {
    const dataDir = mkdtempSync(join(tmpdir(), `alto-${name}-`))
    folders.push(dataDir)
    const started = startAgent({
      port: cluster.port,
      name,
      dataDir,
      token: await cluster.invite(),
      env: {
        ...KEYS,
        AWS_ENDPOINT_URL: endpoint,
        ALTO_ARTIFACTS: 's3://tunings/alto',
        ALTO_CHECKPOINT_SECONDS: '0.5',
      },
    })
    cluster.processes.add(started)
    return started
  }

  it('a file comes back as it was sent, by a name with any characters', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'alto-s3-'))
    folders.push(folder)
    const name = 'datasets/ä b+c &%20=.jsonl'
    await s3.upload(name, fileURLToPath(import.meta.url))
    expect(await s3.list('datasets')).toEqual([name])
    await s3.download(name, join(folder, 'copy'))
    expect(readdirSync(folder)).toEqual(['copy'])
    await s3.remove(name)
    expect(await s3.list('datasets')).toEqual([])
    await expect(s3.download(name, join(folder, 'gone'))).rejects.toThrow(/404/)
  })

  it('a run goes on from its step on a node that shares no folder with the first', async () => {
    await cluster.controlPlane({
      ALTO_LEASE_SECONDS: '4',
      ALTO_HEARTBEAT_SECONDS: '0.5',
      ALTO_POLL_SECONDS: '1',
    })
    const first = await node('first')
    const sweep = await cluster.submit(
      {
        name: 'moved',
        model: 'builtin/tiny-llama',
        dataset: 'builtin/arithmetic',
        parameters: { learning_rate: { values: [1e-3] } },
        early_exit: { policy: 'none' },
        max_steps: 400,
        max_length: 32,
        evaluations: 2,
      },
      [{ learning_rate: 1e-3, rank: 4, batch_size: 2 }],
    )
    await eventually('a state in the store', 120, async () => {
      const [state] = await cluster.rows('SELECT 1 FROM "Checkpoint" WHERE "step" > 0')
      return state
    })
    await first.kill('SIGKILL')
    await node('second')
    await cluster.sweepState(sweep, ['done'], 240)
    const attempts = await cluster.rows<{ name: string; fromStep: number }>(
      `SELECT n."name", a."fromStep" FROM "Attempt" a JOIN "Node" n ON n."id" = a."nodeId" ORDER BY a."number"`,
    )
    expect(attempts.map((attempt) => attempt.name)).toEqual(['first', 'second'])
    expect(attempts[1]!.fromStep).toBeGreaterThan(0)
    const [run] = await cluster.rows<{ id: string }>('SELECT "id" FROM "Run"')
    const kept = await s3.list(`runs/${run!.id}`)
    expect(kept).toContain(`runs/${run!.id}/adapter/adapter_model.safetensors`)
  }, 400_000)
})
