import type { AdapterConfig, StartRun } from '../contracts/agent-commands'
import type { OwnAttempt } from '../server/db/snapshot-node'

/** Every hyper-parameter that a sweep file may leave out. Alpha is twice the rank unless it is given. */
const DEFAULTS = {
  learning_rate: 2e-4,
  rank: 16,
  batch_size: 8,
  dropout: 0,
  weight_decay: 0,
  warmup_ratio: 0,
  lr_scheduler: 'constant',
  target_modules: 'all-linear',
} as const

/** A run's hyper-parameters, complete: the agent adds no default of its own. */
export function adapterConfig(params: Readonly<Record<string, unknown>>, sweepSeed: number): AdapterConfig {
  const value = { ...DEFAULTS, ...params } as Record<string, unknown>
  const rank = Number(value.rank)
  return {
    learningRate: Number(value.learning_rate),
    rank,
    alpha: value.alpha === undefined ? 2 * rank : Number(value.alpha),
    dropout: Number(value.dropout),
    weightDecay: Number(value.weight_decay),
    batchSize: Number(value.batch_size),
    targetModules: value.target_modules as string | string[],
    lrScheduler: value.lr_scheduler as AdapterConfig['lrScheduler'],
    warmupRatio: Number(value.warmup_ratio),
    seed: value.seed === undefined ? sweepSeed : Number(value.seed),
  }
}

/** The command that starts a granted attempt, from the start or from its newest state. */
export function startRunCommand(attempt: OwnAttempt): StartRun {
  const { spec } = attempt
  return {
    type: 'start-run',
    runId: attempt.runId,
    attempt: attempt.attempt,
    epoch: attempt.epoch,
    sweepId: attempt.sweepId,
    executorId: attempt.executorId,
    config: adapterConfig(attempt.params, spec.seed),
    data: { dataset: attempt.dataset, maxLength: spec.max_length, training: spec.training },
    epochs: spec.max_steps === undefined ? (spec.epochs ?? 1) : null,
    maxSteps: spec.max_steps ?? null,
    evaluations: spec.evaluations,
    restore: attempt.restore,
  }
}
