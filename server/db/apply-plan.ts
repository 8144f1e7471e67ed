import type { Pool } from 'pg'
import type { Plan } from '../../engine/model/plan'
import type { ExitDecision } from '../../engine/model/tuning'
import { applyRun } from './apply-plan-run'
import { applyExecutor, applyHold, applySweep, endSweep } from './apply-plan-sweep'
import type { Applying, PlanSettings } from './applying'
import { decisionRow } from './decisions'
import { isAboutData } from './is-about-data'
import { writeJournal } from './journal'
import { inTransaction } from './transaction'

export type Applied = 'applied' | 'rejected'

/**
 * Applies a plan whole or not at all: version, leases, decisions, placements, attempts and journal in one transaction.
 * `rejected` means that the world has moved on since the snapshot; the caller starts a new cycle.
 *
 * @param over sweeps whose runs have all ended, which end with this plan
 */
export async function applyPlan(
  pool: Pool,
  plan: Plan,
  over: readonly string[],
  settings: PlanSettings,
): Promise<Applied> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string; version: number }>(
      'SELECT "id", "version" FROM "Cluster" ORDER BY "createdAt" LIMIT 1 FOR UPDATE',
    )
    const cluster = rows[0]
    if (cluster?.version !== plan.version) return 'rejected'
    const applying: Applying = { client, settings, journal: [], executorIds: new Map() }
    for (const action of plan.actions) await blaming(action, () => applyAction(applying, action))
    for (const kept of plan.kept) await blaming(kept, () => keep(applying, kept))
    for (const sweepId of over) await blaming({ sweepId }, () => endSweep(applying, sweepId))
    await client.query(
      `UPDATE "Cluster" SET "planned" = $2, "version" = "version" + $3 WHERE "id" = $1
       AND ($3 > 0 OR "planned" IS DISTINCT FROM $2::jsonb)`,
      [cluster.id, JSON.stringify(plan.planned), applying.journal.length > 0 ? 1 : 0],
    )
    await writeJournal(client, applying.journal)
    return 'applied'
  })
}

/** What a step of the plan is about, by any of its ids. */
interface Culprit {
  sweepId?: string
  runId?: string
  executorId?: string
  id?: string
}

/** A step of a plan cannot be applied, now or later; nothing of the plan was. */
export class UnappliableStep extends Error {
  constructor(
    readonly culprit: Culprit,
    cause: Error,
  ) {
    super(cause.message, { cause })
  }
}

/** Tells the fault of one step from a database that is away or a conflict, after which the same plan may succeed. */
async function blaming(culprit: Culprit, step: () => Promise<void>): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (isAboutData(error) || error instanceof TypeError || error instanceof RangeError)
      throw new UnappliableStep(culprit, error as Error)
    throw error
  }
}

async function applyAction(applying: Applying, action: Plan['actions'][number]): Promise<void> {
  if (action.kind === 'hold') await applyHold(applying, action)
  else if (action.subject === 'run') await applyRun(applying, action)
  else if (action.subject === 'executor') await applyExecutor(applying, action)
  else await applySweep(applying, action)
}

/** A comparison that a run survived: stored, so that the rung counts as passed and the page can show it. */
async function keep({ client, settings, journal }: Applying, kept: ExitDecision): Promise<void> {
  const { rows } = await client.query<{ sweepId: string }>('SELECT "sweepId" FROM "Run" WHERE "id" = $1', [
    kept.runId,
  ])
  const decision = await decisionRow(client, {
    jobId: rows[0]?.sweepId,
    runId: kept.runId,
    kind: 'keep',
    rule: kept.rule,
    sentence: settings.sentence(kept),
    seen: kept,
  })
  journal.push(decision.entry)
}
