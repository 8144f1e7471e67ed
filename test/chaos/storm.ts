import { random } from '../../engine/random'
import { eventually } from '../support/processes'
import { checkClaims } from './check-claims'
import { checkCurves } from './check-curves'
import { checkFiles } from './check-files'
import { type Fault, faultName, OUTAGES } from './fault'
import { readHistory, recordHistory } from './history-log'
import { reachMoment, trainedSteps } from './moments'
import { processesIn } from './processes-in'
import { Stage, type StageOptions } from './stage'
import { type Outcome, readOutcome, workloads } from './workload'

export interface StormOptions extends StageOptions {
  seed: number
  faults: readonly Fault[]
  /** Steps of each run. */
  steps: number
  /** Share of the faults that come before the one before has been recovered from. */
  overlap: number
  say(line: string): void
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
  /** From the end of an outage to the next stored step. */
  recoverySeconds: { median: number; max: number }
  seconds: number
}

/** Longer than any honest recovery on a busy machine: two leases until a node is lost, and a new executor. */
const RECOVERY_SECONDS = 240
const SWEEP_SECONDS = 600

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
  const folder = stage.cluster.dataDir
  try {
    const works = workloads(options.steps)
    const calm: Outcome[] = []
    for (const [index, work] of works.entries()) {
      const id = await stage.cluster.submit({ ...work.spec, name: `calm ${index}` }, work.params)
      await stage.cluster.sweepState(id, ['done'], SWEEP_SECONDS)
      calm.push(await readOutcome(stage, id))
      options.say(`calm sweep ${index} is done`)
    }
    await recordHistory(stage.cluster.pool)

    const stormy: { id: string; index: number }[] = []
    const feed = async () => {
      const [row] = await stage.cluster.rows<{ open: number }>(
        `SELECT count(*)::int AS "open" FROM "Job" WHERE "state" IN ('waiting', 'running')`,
      )
      while (row!.open++ < options.agents) {
        const index = stormy.length % works.length
        const work = works[index]!
        const name = `stormy ${stormy.length}`
        stormy.push({ id: await stage.cluster.submit({ ...work.spec, name }, work.params), index })
      }
    }
    for (const [number, fault] of options.faults.entries()) {
      await whenItAnswers(feed)
      const reached = await whenItAnswers(() => reachMoment(stage, fault.moment))
      const repair = await stage.inflict(fault, rng.integer(1 << 16))
      await new Promise((resolve) => setTimeout(resolve, OUTAGES[fault.outage] * options.leaseSeconds * 1000))
      await repair()
      if (number + 1 < options.faults.length && rng.next() < options.overlap) {
        recoveries.push(0)
        options.say(`${number + 1}: ${faultName(fault)}; the next one comes at once`)
        continue
      }
      const seconds = await recovery(stage)
      if (seconds === null)
        violations.push(`Nothing went on within ${RECOVERY_SECONDS} s: ${faultName(fault)}.`)
      else recoveries.push(seconds)
      options.say(
        `${number + 1}: ${faultName(fault)}${reached ? '' : ' (the moment did not come)'}; on after ${seconds?.toFixed(1) ?? '—'} s`,
      )
      violations.push(...(await strayExecutors(stage)))
    }

    let metricsExpected = 0
    let metricsStored = 0
    let adaptersEqual = 0
    for (const { id, index } of stormy) {
      await stage.cluster.sweepState(id, ['done', 'failed'], SWEEP_SECONDS)
      const outcome = await readOutcome(stage, id)
      const checked = checkCurves(outcome.curves, calm[index]!.curves)
      metricsExpected += checked.expected
      metricsStored += checked.stored
      violations.push(...checked.violations.map((one) => `Sweep ${id}: ${one}`))
      for (const [run, hash] of outcome.adapters) {
        const expected = calm[index]!.adapters.get(run)
        if (expected === hash) adaptersEqual++
        else if (expected !== undefined)
          violations.push(`Sweep ${id}, run ${run}: its adapter differs from that of the undisturbed sweep.`)
      }
    }
    const failed = await stage.cluster.rows<{ name: string; error: string | null }>(
      `SELECT "name", "error" FROM "Job" WHERE "state" <> 'done'`,
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
      faults: options.faults.length,
      recovered: recoveries.length,
      violations,
      metricsExpected,
      metricsStored,
      sweeps: stormy.length,
      adaptersEqual,
      recoverySeconds: { median: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 },
      seconds: Math.round((Date.now() - startedAt) / 100) / 10,
    }
  } finally {
    await stage.close()
    for (const left of processesIn(folder)) violations.push(`A process was left behind: ${left.command}`)
  }
}

/** Seconds until a step is stored that was not before, or everything has ended; `null` where that takes too long. */
async function recovery(stage: Stage): Promise<number | null> {
  const from = Date.now()
  try {
    const before = await whenItAnswers(() => trainedSteps(stage))
    await eventually('work to go on', RECOVERY_SECONDS, () =>
      whenItAnswers(async () => {
        const open = await stage.cluster.rows(
          `SELECT 1 FROM "Job" WHERE "state" IN ('waiting', 'running') LIMIT 1`,
        )
        return open.length === 0 || (await trainedSteps(stage)) > before
      }),
    )
    return (Date.now() - from) / 1000
  } catch {
    return null
  }
}

/** Executors that no agent owns. They are given the time that they need to notice. */
async function strayExecutors(stage: Stage): Promise<string[]> {
  const strays = () => {
    const agents = new Set(stage.agents.map((agent) => agent.process.pid))
    return processesIn(stage.cluster.dataDir).filter(
      (one) => one.command.includes('alto_agent.executors ') && !agents.has(one.parent),
    )
  }
  try {
    await eventually('executors without an agent to end', 30, () => strays().length === 0)
    return []
  } catch {
    return strays().map((one) => `An executor outlived its agent: process ${one.pid}, ${one.command}`)
  }
}

/** The database may be away: that is the point. */
async function whenItAnswers<T>(ask: () => Promise<T>): Promise<T> {
  const until = Date.now() + 120_000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
