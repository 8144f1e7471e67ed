import type { RunRow } from '@/server/views/run-row'
import { runLabel } from '../ui/format/parameter'

const cell = (value: unknown) =>
  value === null || value === undefined ? '' : String(value).replaceAll(/[\t\n\r]+/g, ' ')

/** Runs as lines of tab-separated values with full digits, as a spreadsheet takes them. */
export function runsTsv(runs: readonly RunRow[], parameters: readonly string[]): string {
  const head = [
    'run',
    ...parameters,
    'best_val_loss',
    'last_val_loss',
    'last_train_loss',
    'samples',
    'step',
    'state',
    'stop_reason',
  ]
  const lines = runs.map((run) => [
    runLabel(run.number),
    ...parameters.map((name) => run.params[name]),
    run.bestValLoss,
    run.lastValLoss,
    run.lastTrainLoss,
    run.samples,
    run.step,
    run.state,
    run.stopReason,
  ])
  return `${[head, ...lines].map((line) => line.map(cell).join('\t')).join('\n')}\n`
}
