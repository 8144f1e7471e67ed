import type { Pool } from 'pg'
import { decisionSentence } from '../engine/early-exit/explain'
import { POLICIES } from '../engine/early-exit/policies'
import type { PolicyParams } from '../engine/early-exit/policy'
import type { Plan } from '../engine/model/plan'
import type { TuningPolicy } from '../engine/model/snapshot'
import { TUNING_DEFAULTS } from '../engine/tuning/defaults'
import { type Applied, applyPlan, UnappliableStep } from '../server/db/apply-plan'
import { bindParts } from '../server/db/executor-parts'
import { type LoadedSnapshot, loadSnapshot } from '../server/db/snapshot'
import { log } from './log'
import { planAround } from './plan-around'
import { Quarantine } from './quarantine'
import type { Settings } from './settings'
import { leaseInDatabase } from './settings'

/** After this many rejections in a row the cycle gives way to others and starts again. */
const MAX_REJECTIONS = 5

export type Applier = (plan: Plan, over: readonly string[]) => Promise<Applied>

/**
 * One load–decide–apply after the other until a plan is applied. A sweep that planning or applying breaks at is left out
 * of this cycle and named to the quarantine; the others are planned as if it were not there.
 */
export async function runCycle(
  pool: Pool,
  settings: Settings,
  apply: Applier,
  quarantine = new Quarantine(pool),
): Promise<LoadedSnapshot> {
  await bindParts(pool)
  const faulty = new Map<string, Error>()
  for (let rejections = 0; rejections < MAX_REJECTIONS; ) {
    const loaded = without(await loadSnapshot(pool), faulty)
    for (const [id, error] of loaded.unreadable) faulty.set(id, error)
    const planned = planAround(loaded.tuning, tuningPolicy(loaded, settings))
    for (const [id, error] of planned.faulty) faulty.set(id, error)
    const whole = without(loaded, faulty)
    try {
      if ((await apply(planned.plan, endedSweeps(whole, planned.plan))) === 'applied') {
        for (const [id, error] of faulty) await quarantine.blame(id, error)
        return whole
      }
      rejections++
    } catch (error) {
      const culprit = error instanceof UnappliableStep ? sweepOf(whole, error.culprit) : undefined
      if (culprit === undefined) throw error
      faulty.set(culprit, error as Error)
    }
  }
  log.warn({ rejections: MAX_REJECTIONS }, 'plans are rejected as stale')
  throw new StalePlans()
}

function without(loaded: LoadedSnapshot, faulty: ReadonlyMap<string, Error>): LoadedSnapshot {
  if (faulty.size === 0) return loaded
  const sweeps = loaded.tuning.sweeps.filter((sweep) => !faulty.has(sweep.id))
  return { ...loaded, tuning: { ...loaded.tuning, sweeps } }
}

/** The sweep that a step of a plan is about. */
function sweepOf({ tuning }: LoadedSnapshot, culprit: UnappliableStep['culprit']): string | undefined {
  const { sweepId, runId, executorId, id } = culprit
  const executor = tuning.executors.find((one) => one.id === executorId)
  return (
    sweepId ??
    tuning.sweeps.find((sweep) => sweep.id === id || sweep.view.runs.some((run) => run.id === (runId ?? id)))
      ?.id ??
    executor?.sweepId
  )
}

/** Somebody else changes the cluster faster than plans are made. */
export class StalePlans extends Error {
  constructor() {
    super('The cluster changed while each plan was made; a new cycle follows.')
  }
}

/** The applier that writes to the database. */
export const databaseApplier =
  (pool: Pool, settings: Settings): Applier =>
  (plan, over) =>
    applyPlan(pool, plan, over, {
      leaseSeconds: leaseInDatabase(settings.leaseSeconds),
      parkedSeconds: settings.parkedSeconds,
      sentence: decisionSentence,
    })

function tuningPolicy(loaded: LoadedSnapshot, settings: Settings): TuningPolicy {
  return {
    ...TUNING_DEFAULTS,
    maxSlots: settings.maxSlots,
    reservedGpuIds: loaded.awaitedGpuIds,
    exits: (view, sweep) => {
      const { policy: name, ...params } = loaded.sweeps.get(sweep.id)!.spec.early_exit
      const policy = POLICIES[name] ?? POLICIES.none!
      return policy.decide(view, withDefaults(policy.parameters, params))
    },
  }
}

/** What the sweep file set, and the policy's default for the rest. */
function withDefaults(
  parameters: Readonly<Record<string, { default: number }>>,
  given: Readonly<Record<string, unknown>>,
): PolicyParams {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      const value = given[name]
      return [name, typeof value === 'number' ? value : parameter.default]
    }),
  )
}

/** Running sweeps of which no run trains, waits or is started by this plan. */
function endedSweeps(loaded: LoadedSnapshot, plan: Plan): string[] {
  const started = new Set(
    plan.actions.flatMap((action) =>
      action.subject === 'run' && (action.kind === 'place' || action.kind === 'resume') ? [action.runId] : [],
    ),
  )
  return loaded.tuning.sweeps
    .filter((sweep) => {
      const { spec } = loaded.sweeps.get(sweep.id)!
      const { runs } = sweep.view
      const complete = spec.method !== 'tpe' || runs.length >= (spec.runs ?? 0)
      return (
        complete &&
        runs.length > 0 &&
        runs.every(
          (run) =>
            run.state !== 'waiting' &&
            run.state !== 'training' &&
            run.stopReason !== 'preempted' &&
            !loaded.occupied.has(run.id) &&
            !started.has(run.id),
        )
      )
    })
    .map((sweep) => sweep.id)
}
