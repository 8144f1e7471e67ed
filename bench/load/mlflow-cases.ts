import { spread } from '../harness/spread'
import type { Mlflow } from './mlflow'
import { timed } from './timed'

const SECONDS = 15
const CLIENTS = 4
const RUNS_PER_CLIENT = 16
const POINTS = Number(process.env.ALTO_LOAD_POINTS ?? 10_000)
const SERIES = ['train_loss', 'learning_rate', 'grad_norm', 'tokens_per_second']

/** The same points to MLflow's tracking server. */
export async function mlflowPoints(mlflow: Mlflow): Promise<object> {
  const startedAt = Date.now()
  const until = startedAt + SECONDS * 1000
  const callMs: number[] = []
  let points = 0
  const oneClient = async () => {
    const runs = await Promise.all(Array.from({ length: RUNS_PER_CLIENT }, () => mlflow.createRun()))
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
  await Promise.all(Array.from({ length: CLIENTS }, oneClient))
  const seconds = (Date.now() - startedAt) / 1000
  return {
    case: `MLflow ${mlflow.version}: ${CLIENTS} clients with ${RUNS_PER_CLIENT} runs each, SQLite, batches of 1,000, as fast as answered`,
    points,
    seconds,
    pointsPerSecond: Math.round(points / seconds),
    acknowledgedMs: spread(callMs),
  }
}

/** Whole curves out of MLflow. */
export async function mlflowCurves(mlflow: Mlflow): Promise<object> {
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
  return {
    case: `MLflow: ${runs.length} whole curves of ${POINTS} points, one call each, as its page asks`,
    ms: await timed(3, () => Promise.all(runs.map((run) => mlflow.curve(run, 'train_loss')))),
  }
}
