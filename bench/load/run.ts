/**
 * `npm run bench:load`: what a whole installation takes, beside MLflow's tracking server in the same run.
 * 1. Simulated agents speak the real protocol to a real control plane over a Postgres with its usual settings; the same
 *    points (four series a run, as fast as they are acknowledged) go to MLflow.
 * 2. ALTO_LOAD_RUNS runs (1,000) with ALTO_LOAD_POINTS points each (10,000) lie in the database: the list of the runs,
 *    and an overlay of 100 curves, asked as the pages ask.
 * Prints one JSON object last. ALTO_MLFLOW_PYTHON names a Python that has MLflow; else one is made.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueOneTimeSecret } from '../../server/auth/one-time-secret'
import { insertSweep } from '../../server/sweeps/insert-sweep'
import { parseSpec } from '../../server/sweeps/parse-spec'
import { freePort } from '../../test/support/postgres'
import { eventually, startControlPlane } from '../../test/support/processes'
import { startWeb, type TestWeb } from '../../test/support/web'
import { reportResult } from '../harness/report-result'
import { SimulatedAgent } from '../harness/simulated-agent'
import { spread } from '../harness/spread'
import { blast } from '../ingest/blast'
import { Mlflow } from './mlflow'

const SECONDS = 15
const AGENTS = 4
const RUNS_PER_AGENT = 16
const SERIES = ['train_loss', 'learning_rate', 'grad_norm', 'tokens_per_second']
const RUNS = Number(process.env.ALTO_LOAD_RUNS ?? 1_000)
const POINTS = Number(process.env.ALTO_LOAD_POINTS ?? 10_000)
const OVERLAID = 100

const progress = (what: object) => {
  process.stderr.write(`${JSON.stringify(what)}\n`)
  return what
}

async function sweepOf(web: TestWeb, name: string, runs: number): Promise<string> {
  const { spec } = parseSpec({
    name,
    model: 'builtin/tiny-llama',
    dataset: 'builtin/arithmetic',
    method: 'random',
    runs,
    parameters: {
      learning_rate: { min: 1e-4, max: 1e-3 },
      rank: { values: [4] },
      batch_size: { values: [4] },
    },
    early_exit: { policy: 'none' },
  })
  const { userId: createdById } = await web.person('editor')
  const facts = { trainSamples: 10_000, validationSamples: 100 }
  const { id } = await insertSweep({
    projectId: web.projectId,
    spec: spec!,
    dataset: spec!.dataset,
    createdById,
    ...facts,
  })
  return id
}

async function ourIngest(web: TestWeb): Promise<object> {
  const port = await freePort()
  const dataDir = mkdtempSync(join(tmpdir(), 'alto-load-'))
  const leader = await startControlPlane(process.env.DATABASE_URL!, {
    port,
    dataDir,
    env: { ALTO_LOG_LEVEL: 'info' },
  })
  const agents: SimulatedAgent[] = []
  try {
    await leader.line('leading')
    for (let i = 0; i < AGENTS; i++) {
      const { secret } = await issueOneTimeSecret('join-node', 600_000)
      const agent = new SimulatedAgent(`ws://127.0.0.1:${port}/agent`, secret, `simulated-${i}`)
      await agent.join()
      agents.push(agent)
      await sweepOf(web, `points ${i}`, RUNS_PER_AGENT)
      await web.db.pool.query('NOTIFY alto_work')
      await eventually(`runs of ${agent.name}`, 120, () => agent.runs.length >= RUNS_PER_AGENT)
    }
    const startedAt = Date.now()
    const blasts = await Promise.all(agents.map((agent) => blast(agent, startedAt + SECONDS * 1000)))
    const seconds = (Date.now() - startedAt) / 1000
    const points = blasts.reduce((sum, one) => sum + one.points, 0)
    const { rows } = await web.db.pool.query<{ stored: number }>('SELECT count(*) AS "stored" FROM "Metric"')
    return progress({
      case: `Alto: ${AGENTS} simulated agents with ${RUNS_PER_AGENT} runs each, Postgres, as fast as acknowledged`,
      points,
      stored: rows[0]!.stored,
      seconds,
      pointsPerSecond: Math.round(points / seconds),
      acknowledgedMs: spread(blasts.flatMap((one) => one.ackMs)),
    })
  } finally {
    for (const agent of agents) agent.leave()
    await leader.kill()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function mlflowIngest(mlflow: Mlflow): Promise<object> {
  const startedAt = Date.now()
  const until = startedAt + SECONDS * 1000
  const callMs: number[] = []
  let points = 0
  const oneAgent = async () => {
    const runs = await Promise.all(Array.from({ length: RUNS_PER_AGENT }, () => mlflow.createRun()))
    // As large as its calls may be: 250 steps of four series.
    for (let step = 0; Date.now() < until; step += 250)
      for (const run of runs) {
        if (Date.now() >= until) return
        const at = Date.now()
        const batch = Array.from({ length: 250 }, (_, index) => step + index + 1).flatMap((one) =>
          SERIES.map((key) => ({ key, value: 1 + 1 / one, timestamp: at, step: one })),
        )
        await mlflow.log(run, batch)
        callMs.push(Date.now() - at)
        points += batch.length
      }
  }
  await Promise.all(Array.from({ length: AGENTS }, oneAgent))
  const seconds = (Date.now() - startedAt) / 1000
  return progress({
    case: `MLflow ${mlflow.version}: ${AGENTS} clients with ${RUNS_PER_AGENT} runs each, SQLite, batches of 1,000, as fast as answered`,
    points,
    seconds,
    pointsPerSecond: Math.round(points / seconds),
    acknowledgedMs: spread(callMs),
  })
}

async function timed(times: number, work: () => Promise<unknown>) {
  const ms: number[] = []
  for (let i = 0; i < times; i++) {
    const at = performance.now()
    await work()
    ms.push(performance.now() - at)
  }
  return spread(ms)
}

async function ourReading(web: TestWeb): Promise<object[]> {
  const id = await sweepOf(web, 'stored', RUNS)
  const at = performance.now()
  await web.db.pool.query(
    `INSERT INTO "Metric" ("runId", "attempt", "name", "step", "samples", "value", "at")
     SELECT r."id", 1, 'train_loss', s, s * 4, 1 + 3.0 / s + sin(s * r."number") / 20, now()
     FROM "Run" r, generate_series(1, $2) s WHERE r."sweepId" = $1`,
    [id, POINTS],
  )
  await web.db.pool.query('ANALYZE')
  progress({ stored: RUNS * POINTS, seconds: Math.round((performance.now() - at) / 1000) })
  const caller = web.caller(await web.person('viewer'))
  const runs = await web.db.prisma.run.findMany({
    where: { sweepId: id },
    take: OVERLAID,
    select: { id: true },
  })
  const runIds = runs.map((run) => run.id)
  const curves = () => caller.sweep.curves({ id, runIds, metrics: ['train_loss'] })
  const what = `${RUNS} runs with ${POINTS} points each in the database`
  const { reduced } = await curves()
  return [
    progress({ case: `${what}: list of all runs`, ms: await timed(40, () => caller.sweep.runs({ id })) }),
    progress({
      case: `${what}: overlay of ${OVERLAID} whole curves`,
      points: reduced.from,
      drawn: reduced.to,
      ms: await timed(5, curves),
    }),
  ]
}

async function mlflowReading(mlflow: Mlflow): Promise<object> {
  const runs: string[] = []
  const points = Array.from({ length: POINTS }, (_, index) => ({
    key: 'train_loss',
    value: 1 + 1 / (index + 1),
    timestamp: Date.now(),
    step: index + 1,
  }))
  // Fewer than ours: MLflow would take long to be filled. What is asked for is the same for each curve.
  for (let i = 0; i < 10; i++) {
    const run = await mlflow.createRun()
    await mlflow.log(run, points)
    runs.push(run)
  }
  return progress({
    case: `MLflow: ${runs.length} whole curves of ${POINTS} points, one call each, as its page asks`,
    ms: await timed(3, () => Promise.all(runs.map((run) => mlflow.curve(run, 'train_loss')))),
  })
}

const web = await startWeb({ durable: true })
const mlflow = await Mlflow.start()
try {
  const cases = [await ourIngest(web), await mlflowIngest(mlflow)]
  cases.push(...(await ourReading(web)), await mlflowReading(mlflow))
  reportResult('load', cases)
} finally {
  mlflow.stop()
  await web.stop()
}
