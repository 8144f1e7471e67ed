import { existsSync, type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import type { Moment } from './fault'
import type { Stage } from './stage'

/** How long a moment is waited for; a sweep that is just being placed has none. */
const PATIENCE_MS = 20_000
const LOOK_MS = 20

/** Returns in the moment that is asked for; answers `false` where it did not come. */
export async function reachMoment(stage: Stage, moment: Moment): Promise<boolean> {
  if (moment === 'checkpointing') return nextCheckpoint(stage)
  const until = Date.now() + PATIENCE_MS
  const count = moment === 'serving' ? servedSteps : trainedSteps
  const since = await count(stage)
  while (Date.now() < until) {
    if (moment === 'evaluating' ? await isEvaluating(stage) : (await count(stage)) > since) return true
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  return false
}

/** Steps of all runs that the database knows of, each attempt's own. It grows while anything trains. */
export async function trainedSteps(stage: Stage): Promise<number> {
  const [row] = await stage.cluster.rows<{ steps: number }>(
    `SELECT count(*)::int AS "steps" FROM "Metric" WHERE "name" = 'train_loss'`,
  )
  return row!.steps
}

/** Denoising steps of videos that run. */
async function servedSteps(stage: Stage): Promise<number> {
  const [row] = await stage.cluster.rows<{ steps: number }>(
    `SELECT coalesce(sum("stepsDone"), 0)::int AS "steps" FROM "Request" WHERE "state" = 'running'`,
  )
  return row!.steps
}

/** The training metrics of a step that is to be evaluated are there, and its evaluation is not. */
async function isEvaluating(stage: Stage): Promise<boolean> {
  const rows = await stage.cluster.rows(
    `SELECT 1 FROM "Run" r JOIN "Sweep" s ON s."jobId" = r."sweepId"
     WHERE r."state" = 'training' AND r."step" > 0
       AND r."step" % ceil((s."spec"->>'max_steps')::float8 / s."evaluations")::int = 0
       AND NOT EXISTS (SELECT 1 FROM "Metric" m
         WHERE m."runId" = r."id" AND m."name" = 'val_loss' AND m."step" = r."step")`,
  )
  return rows.length > 0
}

/** The instant at which an attempt makes the folder of its next state. */
async function nextCheckpoint(stage: Stage): Promise<boolean> {
  const watched = new Map<string, FSWatcher>()
  let seen = false
  try {
    for (const until = Date.now() + PATIENCE_MS; !seen && Date.now() < until; ) {
      for (const folder of await liveFolders(stage))
        if (!watched.has(folder))
          watched.set(
            folder,
            watch(folder, () => {
              seen = true
            }),
          )
      for (let i = 0; i < 25 && !seen; i++) await new Promise((resolve) => setTimeout(resolve, LOOK_MS / 4))
    }
    return seen
  } finally {
    for (const watcher of watched.values()) watcher.close()
  }
}

/** Where attempts that train now have written a state already. */
async function liveFolders(stage: Stage): Promise<string[]> {
  const live = await stage.cluster.rows<{ runId: string; attempt: number }>(
    `SELECT "runId", "number" AS "attempt" FROM "Attempt" WHERE "state" = 'running'`,
  )
  return live
    .map(({ runId, attempt }) => join(stage.artifacts, 'runs', runId, `attempt-${attempt}`))
    .filter((folder) => existsSync(folder))
}
