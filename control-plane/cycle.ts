import type { Pool } from 'pg'
import { decideTuning } from '../engine/decide'
import { decisionSentence } from '../engine/early-exit/explain'
import { POLICIES } from '../engine/early-exit/policies'
import type { PolicyParams } from '../engine/early-exit/policy'
import type { Plan } from '../engine/model/plan'
import type { TuningPolicy } from '../engine/model/snapshot'
import { TUNING_DEFAULTS } from '../engine/tuning/defaults'
import { type Applied, applyPlan } from '../server/db/apply-plan'
import { type LoadedSnapshot, loadSnapshot } from '../server/db/snapshot'
import { log } from './log'
import type { Settings } from './settings'
import { leaseInDatabase } from './settings'

/** After this many rejections in a row the cycle gives way to others and starts again. */
const MAX_REJECTIONS = 5

export type Applier = (plan: Plan, over: readonly string[]) => Promise<Applied>

/** One load–decide–apply after the other until a plan is applied. */
export async function runCycle(pool: Pool, settings: Settings, apply: Applier): Promise<LoadedSnapshot> {
  for (let rejections = 0; ; rejections++) {
    const loaded = await loadSnapshot(pool)
    const plan = decideTuning(loaded.tuning, tuningPolicy(loaded, settings), loaded.tuning.now)
    const over = endedSweeps(loaded, plan)
    if ((await apply(plan, over)) === 'applied') return loaded
    if (rejections + 1 >= MAX_REJECTIONS) {
      log.warn({ version: plan.version, rejections: rejections + 1 }, 'plans are rejected as stale')
      throw new StalePlans()
    }
  }
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
