import type { AdapterConfig, StartRun } from '../contracts/agent-commands'
import { completeConfiguration } from '../engine/search/complete-configuration'
import type { Value } from '../engine/search/space'
import type { OwnAttempt } from '../server/db/snapshot-node'

/** A run's hyper-parameters, complete: the agent adds no default of its own. */
export function adapterConfig(params: Readonly<Record<string, Value>>, sweepSeed: number): AdapterConfig {
  const value = completeConfiguration(params, sweepSeed)
  return {
    learningRate: value.learning_rate,
    rank: value.rank,
    alpha: value.alpha,
    dropout: value.dropout,
    weightDecay: value.weight_decay,
    batchSize: value.batch_size,
    targetModules:
      typeof value.target_modules === 'string' ? value.target_modules : [...value.target_modules],
    lrScheduler: value.lr_scheduler as AdapterConfig['lrScheduler'],
    warmupRatio: value.warmup_ratio,
    seed: value.seed,
  }
}

/** Where a sweep file gives neither epochs nor steps. */
const DEFAULT_EPOCHS = 3

/** The command that starts a granted attempt, from the start or from its newest state. */
export function startRunCommand(attempt: OwnAttempt, token: string): StartRun {
  const { spec } = attempt
  return {
    type: 'start-run',
    runId: attempt.runId,
    attempt: attempt.attempt,
    epoch: attempt.epoch,
    token,
    sweepId: attempt.sweepId,
    executorId: attempt.executorId,
    config: adapterConfig(attempt.params, spec.seed),
    data: { dataset: attempt.dataset, maxLength: spec.max_length, training: spec.training },
    epochs: spec.max_steps === undefined ? (attempt.epochs ?? spec.epochs ?? DEFAULT_EPOCHS) : null,
    maxSteps: spec.max_steps ?? null,
    evaluations: spec.evaluations,
    restore: attempt.restore,
  }
}
