import { random } from '../../engine/random'
import { lastJournalId } from '../../server/db/journal'
import { checkClaims } from './check-claims'
import { checkCurves } from './check-curves'
import { checkFiles } from './check-files'
import { checkPage } from './check-page'
import { type Fault, faultName, OUTAGES } from './fault'
import { readHistory, recordHistory } from './history-log'
import { LivePage } from './live-page'
import { reachMoment } from './moments'
import { processesIn } from './processes-in'
import { RECOVERY_SECONDS, recovery, strayExecutors, whenItAnswers } from './recovery'
import { SERVING_NODE, Stage, type StageOptions } from './stage'
import { VideoLoad, type Watched } from './video-load'
import { PARAMS, readOutcome, workload } from './workload'

export interface StormOptions extends StageOptions {
  seed: number
  faults: readonly Fault[]
  /** Steps of each run. */
  steps: number
  /** No further fault begins after so many seconds. */
  budgetSeconds: number
  /** Share of the faults that come before the one before has been recovered from. */
  overlap: number
  say(line: string): void
  /** Folder for what all processes wrote; not kept where it is empty. */
  logs: string
}

export interface StormReport {
  faults: number
  /** After so many of them work went on by itself. */
  recovered: number
  violations: string[]
  metricsExpected: number
  metricsStored: number
  /** Sweeps that were trained through the faults to their end. */
  sweeps: number
  /** Runs whose adapters are, bit for bit, those of the undisturbed sweep. */
  adaptersEqual: number
  /** Videos that were asked for through the faults, those whose file is that of the undisturbed one, and those whose executor died twice. */
  videos: { asked: number; equal: number; diedTwice: number }
  /** Facts that an open page heard, each once and in order, and how often it connected again. */
  page: { facts: number; reconnects: number }
  /** From the end of an outage to the next stored step. */
  recoverySeconds: { median: number; max: number }
  seconds: number
}

const SWEEP_SECONDS = 600
const VIDEO_STEPS = 200

/**
 * Trains sweeps in peace, then again while faults happen, and compares: see the checks for what has to hold.
 * The faults, whom they hit and in which order follow from the seed; when exactly they hit does not.
 */
export async function storm(options: StormOptions): Promise<StormReport> {
  const startedAt = Date.now()
  const rng = random(options.seed).fork('storm')
  const stage = await Stage.open(options)
  const violations: string[] = []
  const recoveries: number[] = []
  let recovered = 0
  let unanswered = 0
  const folder = stage.cluster.dataDir
  let page: LivePage | undefined
  try {
    const undisturbed = await stage.cluster.submit(
      { ...workload('none', options.steps), name: 'calm' },
      PARAMS,
    )
    await stage.cluster.sweepState(undisturbed, ['done'], SWEEP_SECONDS)
    const calm = await readOutcome(stage, undisturbed)
    options.say('the undisturbed sweep is done')
    const videos = options.web ? await VideoLoad.deploy(stage, `${SERVING_NODE}/0`, VIDEO_STEPS) : null
    const calmVideo: Watched | null = videos && (await videos.one())
    if (videos) options.say('the undisturbed video is done')
    await recordHistory(stage.cluster.pool)
    if (options.web)
      page = new LivePage(stage.client.bases, stage.client.token, await lastJournalId(stage.cluster.pool))
    videos?.start()

    const stormy: string[] = []
    const feed = async () => {
      const [row] = await stage.cluster.rows<{ open: number }>(
        `SELECT count(*)::int AS "open" FROM "Job" WHERE "kind" = 'sweep' AND "state" IN ('waiting', 'running')`,
      )
      while (row!.open++ < options.agents) {
        const policy = stormy.length % 2 === 0 ? 'none' : 'asha'
        const name = `stormy ${stormy.length}`
        stormy.push(await stage.cluster.submit({ ...workload(policy, options.steps), name }, PARAMS))
      }
    }
    let inflicted = 0
    for (const [number, fault] of options.faults.entries()) {
      if ((Date.now() - startedAt) / 1000 > options.budgetSeconds) break
      inflicted++
      await whenItAnswers(feed)
      const reached = await whenItAnswers(() => reachMoment(stage, fault.moment))
      const repair = await stage.inflict(fault, rng.integer(1 << 16))
      await new Promise((resolve) => setTimeout(resolve, OUTAGES[fault.outage] * options.leaseSeconds * 1000))
      await repair()
      const isLast = number + 1 === options.faults.length
      if (!isLast && rng.next() < options.overlap) {
        unanswered++
        options.say(`${number + 1}: ${faultName(fault)}; the next one comes at once`)
        continue
      }
      const seconds = await recovery(stage)
      if (seconds === null) {
        violations.push(`Nothing went on within ${RECOVERY_SECONDS} s: ${faultName(fault)}.`)
        if (options.logs) stage.keepLogs(options.logs)
      } else {
        recoveries.push(seconds)
        recovered += 1 + unanswered
      }
      unanswered = 0
      options.say(
        `${number + 1}: ${faultName(fault)}${reached ? '' : ' (the moment did not come)'}; on after ${seconds?.toFixed(1) ?? '—'} s`,
      )
      violations.push(...(await strayExecutors(stage)))
    }

    if (unanswered > 0 && (await recovery(stage)) !== null) recovered += unanswered
    let metricsExpected = 0
    let metricsStored = 0
    let adaptersEqual = 0
    for (const id of stormy) {
      await stage.cluster.sweepState(id, ['done', 'failed'], SWEEP_SECONDS)
      const outcome = await readOutcome(stage, id)
      const checked = checkCurves(outcome.curves, calm.curves)
      metricsExpected += checked.expected
      metricsStored += checked.stored
      violations.push(...checked.violations.map((one) => `Sweep ${id}: ${one}`))
      for (const [run, hash] of outcome.adapters) {
        const expected = calm.adapters.get(run)
        if (expected === hash) adaptersEqual++
        else if (expected !== undefined)
          violations.push(`Sweep ${id}, run ${run}: its adapter differs from that of the undisturbed sweep.`)
      }
    }
    if (videos && calmVideo) violations.push(...(await videos.stop(stage, calmVideo)))
    if (page) violations.push(...(await checkPage(stage, page)))
    const failed = await stage.cluster.rows<{ name: string; error: string | null }>(
      `SELECT "name", "error" FROM "Job" WHERE "kind" = 'sweep' AND "state" <> 'done'`,
    )
    violations.push(...failed.map((job) => `Sweep ${job.name} did not get done: ${job.error ?? 'no reason'}`))
    const history = await readHistory(stage.cluster.pool)
    violations.push(...checkClaims(history))
    const grants = history
      .filter((row) => row.subject === 'Attempt' && row.operation === 'INSERT')
      .map((row) => ({
        runId: row.after!.runId as string,
        attempt: row.after!.number as number,
        atMs: row.atMs,
      }))
    violations.push(...checkFiles(stage.artifacts, grants))
    const sorted = [...recoveries].sort((a, b) => a - b)
    return {
      faults: inflicted,
      recovered,
      violations,
      metricsExpected,
      metricsStored,
      sweeps: stormy.length,
      adaptersEqual,
      videos: {
        asked: videos?.watched.length ?? 0,
        equal:
          videos?.watched.filter((one) => one.result !== null && one.result === calmVideo?.result).length ??
          0,
        diedTwice: videos?.watched.filter((one) => one.state === 'failed').length ?? 0,
      },
      page: { facts: page?.seen.length ?? 0, reconnects: page?.reconnects ?? 0 },
      recoverySeconds: { median: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 },
      seconds: Math.round((Date.now() - startedAt) / 100) / 10,
    }
  } finally {
    if (options.logs) stage.keepLogs(options.logs)
    await page?.close()
    await stage.close()
    for (const left of processesIn(folder)) violations.push(`A process was left behind: ${left.command}`)
  }
}
