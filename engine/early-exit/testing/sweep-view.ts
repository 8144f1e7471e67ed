import type { EvalPoint, RunView, SweepView } from '../../model/tuning'

/** Samples between two evaluations of a test run. */
export const INTERVAL = 100

/** Evaluations of a full training in these tests. */
export const EVALUATIONS = 10

/** Validation loss, or training and validation loss, of one evaluation. */
type Loss = number | null | readonly [train: number | null, validation: number | null]

/** A run that trains and has these evaluations, 100 samples apart; training loss equals validation loss if not given. */
export function runWith(id: string, losses: readonly Loss[], changes: Partial<RunView> = {}): RunView {
  const points = losses.map((loss, index): EvalPoint => {
    const [trainLoss, valLoss] = typeof loss === 'object' && loss !== null ? loss : [loss, loss]
    return { step: (index + 1) * INTERVAL, samples: (index + 1) * INTERVAL, trainLoss, valLoss }
  })
  return {
    id,
    params: { learning_rate: 1e-3, rank: 8, batch_size: 1 },
    state: 'training',
    fullSamples: INTERVAL * EVALUATIONS,
    points,
    passedRung: 0,
    pinned: false,
    exemptRules: [],
    ...changes,
  }
}

/** A sweep of these runs with a slot for each. */
export function sweepOf(runs: readonly RunView[], changes: Partial<SweepView> = {}): SweepView {
  return {
    id: 'sweep',
    runs,
    slots: runs.length,
    trainSamples: INTERVAL * EVALUATIONS,
    epochs: 1,
    evaluationsPerRun: EVALUATIONS,
    seed: 1,
    ...changes,
  }
}
