import type { ExitDecision, RunView, SweepView } from '../model/tuning'
import { applyDecisions } from './apply-decisions'
import { hasArrived, indexAt, sweepSamples, trainedSamples } from './curve'
import { findDivergence } from './diverged'
import { fillSlots } from './fill-slots'
import { stopNonFinite } from './non-finite'
import { findOverfitting } from './overfitting'
import type { EarlyExitPolicy } from './policy'
import { mayStop, standing } from './standing'
import { stopDecision } from './stop-decision'

export type AltoParams = Record<
  'warmup' | 'keep' | 'window' | 'patience' | 'tau_gap' | 'tau_slope' | 'smoothing',
  number
>

/** The rule of the ALTO paper (arXiv 2604.05426, section 5) with its published setting. */
export const alto: EarlyExitPolicy<AltoParams> = {
  name: 'alto',
  label: 'ALTO, as published',
  summary:
    'One cut after a warm-up keeps the best quarter by validation loss; runs that diverge or overfit stop on the way. The cut waits until every run has warmed up.',
  parameters: {
    warmup: {
      label: 'Warm-up',
      help: 'Share of the samples after which all runs are compared once. Later is safer and saves less.',
      default: 0.05,
      min: 0.001,
      max: 0.99,
    },
    keep: {
      label: 'Keep',
      help: 'Share of the runs that the cut keeps. More is safer and saves less.',
      default: 0.25,
      min: 0.001,
      max: 1,
    },
    window: {
      label: 'Slope window',
      help: 'Evaluations over which the slope of the losses is taken.',
      default: 2,
      min: 2,
      max: 20,
      integer: true,
    },
    patience: {
      label: 'Patience',
      help: 'Evaluations in a row that must look diverged or overfitted before a run stops.',
      default: 2,
      min: 1,
      max: 20,
      integer: true,
    },
    tau_gap: {
      label: 'Gap',
      help: 'Validation loss above training loss, as a share of it, from which a run counts as overfitted.',
      default: 0.1,
      min: 0,
      max: 100,
    },
    tau_slope: {
      label: 'Slope',
      help: 'Rise of both losses per evaluation from which a run counts as diverged.',
      default: 0.001,
      min: 0,
      max: 100,
    },
    smoothing: {
      label: 'Smoothing',
      help: 'Weight of the newest training loss in its moving average; 1 is no smoothing. The paper does not give it.',
      default: 0.5,
      min: 0.01,
      max: 1,
    },
  },
  decide(view, params) {
    const broken = stopNonFinite(view.runs)
    const curves = stopByCurve(applyDecisions(view, broken).runs, params)
    const single = [...broken, ...curves]
    const cut = cutAtWarmup(applyDecisions(view, single), params)
    const after = applyDecisions(view, [...single, ...cut])
    const boundary = params.warmup * sweepSamples(view.runs)
    const slots = fillSlots(after, (run) => run.passedRung > 0 || run.pinned || !hasArrived(run, boundary))
    return [...single, ...cut, ...slots]
  },
}

function stopByCurve(runs: readonly RunView[], params: AltoParams): ExitDecision[] {
  const stops: ExitDecision[] = []
  for (const run of runs) {
    const diverged = mayStop(run, 'E21') && findDivergence(run.points, params)
    if (diverged) {
      const { samples, slope } = diverged
      stops.push(
        stopDecision(run, {
          rule: 'E21',
          reason: 'diverged',
          atSamples: samples,
          observed: slope,
          threshold: params.tau_slope,
          evaluations: params.patience,
        }),
      )
      continue
    }
    const overfitted = mayStop(run, 'E22') && findOverfitting(run.points, params)
    if (!overfitted) continue
    stops.push(
      stopDecision(run, {
        rule: 'E22',
        reason: 'overfitting',
        atSamples: overfitted.samples,
        observed: overfitted.gap,
        threshold: params.tau_gap,
        evaluations: params.patience,
      }),
    )
  }
  return stops
}

/**
 * Rules E23 and E24: whoever has warmed up pauses until all that can arrive have arrived, then the best k stay. A run
 * that arrives after the cut is placed among the same peers.
 */
function cutAtWarmup(view: SweepView, params: AltoParams): ExitDecision[] {
  const boundary = params.warmup * sweepSamples(view.runs)
  const open = view.runs.filter((run) => run.passedRung === 0 && isAlive(run) && hasArrived(run, boundary))
  if (open.length === 0) return []
  const coming = view.runs.some((run) => isAlive(run) && !run.stalled && !hasArrived(run, boundary))
  if (coming) {
    return open
      .filter((run) => standing(run) === 'going' && mayStop(run, 'E24'))
      .map((run) => row(run, { kind: 'pause', rule: 'E23', rung: 1 }))
  }
  const ranked = view.runs
    .filter((run) => isSurvivor(run) && hasArrived(run, boundary))
    .map((run) => ({ run, loss: run.points[indexAt(run, boundary)]!.valLoss ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => a.loss - b.loss || (a.run.id < b.run.id ? -1 : 1))
  const keeps = Math.ceil(params.keep * ranked.length)
  const threshold = ranked[keeps - 1]!.loss
  const peers = ranked.map(({ run, loss }, index) => ({ runId: run.id, value: loss, kept: index < keeps }))
  return ranked.flatMap(({ run, loss }, index) => {
    if (!open.includes(run)) return []
    const compared = { rule: 'E24', rung: 1, observed: loss, threshold, place: index + 1, keeps, peers }
    if (index < keeps || !mayStop(run, 'E24')) return [row(run, { kind: 'keep', ...compared })]
    const atSamples = run.points[indexAt(run, boundary)]!.samples
    return [stopDecision(run, { reason: 'underperforming', atSamples, ...compared })]
  })
}

function isAlive(run: RunView): boolean {
  const now = standing(run)
  return now === 'going' || now === 'pending'
}

/** In the ranking: everything but what another rule or a person took out. */
function isSurvivor(run: RunView): boolean {
  return isAlive(run) || run.state === 'done' || run.stopReason === 'underperforming'
}

function row(
  run: RunView,
  decision: Pick<ExitDecision, 'kind' | 'rule'> & Partial<ExitDecision>,
): ExitDecision {
  return {
    runId: run.id,
    atSamples: trainedSamples(run),
    observed: null,
    threshold: null,
    peers: [],
    savedSamples: 0,
    ...decision,
  }
}
