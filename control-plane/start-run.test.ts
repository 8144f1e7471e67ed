import { expect, test } from 'vitest'
import { sweepSpec } from '../contracts/sweep-spec'
import type { OwnAttempt } from '../server/db/snapshot-node'
import { adapterConfig, startRunCommand } from './start-run'

const attempt: OwnAttempt = {
  runId: 'r',
  attempt: 2,
  epoch: 5,
  state: 'starting',
  executorId: 's/x0',
  executorState: 'ready',
  sweepId: 's',
  params: { learning_rate: 1e-3, rank: 4, batch_size: 2 },
  spec: sweepSpec.parse({ name: 's', model: 'm', dataset: 'd', parameters: {}, epochs: 2, seed: 7 }),
  dataset: 'uploads/d.jsonl',
  epochs: 2,
  restore: 'runs/r/attempt-1/step-9',
}

test('a run is ordered complete: nothing is left to the agent', () => {
  expect(startRunCommand(attempt, 'attempt_token')).toEqual({
    type: 'start-run',
    runId: 'r',
    attempt: 2,
    epoch: 5,
    token: 'attempt_token',
    sweepId: 's',
    executorId: 's/x0',
    config: {
      learningRate: 1e-3,
      rank: 4,
      alpha: 8,
      dropout: 0,
      weightDecay: 0,
      batchSize: 2,
      targetModules: 'all-linear',
      lrScheduler: 'constant',
      warmupRatio: 0,
      seed: 7,
    },
    data: { dataset: 'uploads/d.jsonl', maxLength: 512, training: 'sft-completion' },
    epochs: 2,
    maxSteps: null,
    evaluations: 20,
    restore: 'runs/r/attempt-1/step-9',
  })
})

test('steps replace epochs where the sweep file gives them', () => {
  const spec = sweepSpec.parse({ name: 's', model: 'm', dataset: 'd', parameters: {}, max_steps: 30 })
  expect(startRunCommand({ ...attempt, spec }, 'attempt_token')).toMatchObject({ epochs: null, maxSteps: 30 })
})

test('what a run chose wins over every default', () => {
  expect(
    adapterConfig({ alpha: 3, seed: 9, target_modules: ['q_proj'], lr_scheduler: 'cosine' }, 1),
  ).toMatchObject({
    alpha: 3,
    seed: 9,
    targetModules: ['q_proj'],
    lrScheduler: 'cosine',
    rank: 16,
  })
})
