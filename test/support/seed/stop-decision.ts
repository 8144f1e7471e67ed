import type { StopReason } from '@/engine/model/reasons'
import type { ExitDecision } from '@/engine/model/tuning'
import type { Configuration } from '@/engine/search/space'
import type { Database } from '@/server/db/client'
import type { Fate, seedCurve } from './curve'

export interface StoredRun {
  id: string
  number: number
  config: Configuration
  totalSteps: number
  fate: Fate
  curve: ReturnType<typeof seedCurve>
  /** Share of its training that it has done. */
  reached: number
  stop: { reason: StopReason; rung: number; share: number } | null
}

const RULES: Partial<Record<StopReason, string>> = {
  'non-finite': 'E3',
  diverged: 'E4',
  overfitting: 'E5',
  underperforming: 'A4',
  plateau: 'A7',
}

interface Stopped {
  sweepId: string
  userId: string
  run: StoredRun
  runs: readonly StoredRun[]
  at: Date
}

const best = (run: StoredRun, share: number) => {
  const upTo = run.curve.evals.slice(0, Math.max(1, Math.round(share * run.curve.evals.length)))
  return Math.min(...upTo.map((point) => point.valLoss ?? Number.POSITIVE_INFINITY))
}

/** Stores the decision that stopped a run, with its peers as the rule would have seen them. */
export async function stopDecision(db: Database, stopped: Stopped): Promise<void> {
  const { run, runs, at } = stopped
  const { reason, rung, share } = run.stop!
  const samples = Math.round(share * run.totalSteps) * run.config.batch_size
  const peers = runs
    .filter((one) => one.id !== run.id && one.reached >= share && Number.isFinite(best(one, share)))
    .map((one) => ({ runId: one.id, value: best(one, share), kept: one.reached > share }))
  const own = best(run, share)
  const place = 1 + peers.filter((peer) => peer.value < own).length
  const keeps = peers.filter((peer) => peer.kept).length
  const threshold = Math.max(...peers.filter((peer) => peer.kept).map((peer) => peer.value), 0)
  const seen: ExitDecision = {
    kind: 'stop',
    runId: run.id,
    rule: RULES[reason] ?? 'user',
    reason,
    atSamples: samples,
    ...(rung > 0 ? { rung, place, keeps, confidence: 0.97 } : {}),
    observed: Number.isFinite(own) ? own : null,
    threshold:
      reason === 'underperforming'
        ? threshold
        : reason === 'diverged'
          ? 0.001
          : reason === 'overfitting'
            ? 0.1
            : null,
    ...(Number.isFinite(own) ? { bestLoss: own } : {}),
    spread: 0.0056,
    evaluations: 4,
    peers: reason === 'user' ? [] : peers,
    savedSamples: run.totalSteps * run.config.batch_size - samples,
  }
  const sentences: Partial<Record<StopReason, string>> = {
    underperforming: `At ${samples.toLocaleString('en')} samples its loss was ${own.toFixed(3)}, place ${place} of ${peers.length + 1} that had reached rung ${rung}. The cut keeps ${keeps}.`,
    'non-finite': `Its loss was not a number at ${samples.toLocaleString('en')} samples.`,
    diverged: 'Its loss rose for 2 evaluations, slope +0.084.',
    overfitting: 'The gap to its training loss is 0.41. Its best checkpoint is kept and can win.',
    plateau: 'No gain above noise for 10 evaluations. It can still win.',
    user: 'Stopped by Seeded data.',
  }
  const decision = await db.prisma.decision.create({
    data: {
      at,
      jobId: stopped.sweepId,
      runId: run.id,
      kind: 'stop',
      rule: reason === 'user' ? null : seen.rule,
      reason,
      actorId: reason === 'user' ? stopped.userId : null,
      sentence: sentences[reason] ?? reason,
      seen: seen as object,
    },
  })
  await db.prisma.run.update({ where: { id: run.id }, data: { stopDecisionId: decision.id } })
}
