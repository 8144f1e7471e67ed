import type { SweepResult } from '../client/answers'
import { count, duration, loss, parameter, runLabel, share } from './format'
import { table } from './table'

/** Names of parameters that differ between runs: the others say nothing in a comparison. */
function varying(runs: SweepResult['runs']): string[] {
  const names = Object.keys(runs[0]?.params ?? {})
  return names.filter((name) => new Set(runs.map((run) => JSON.stringify(run.params[name]))).size > 1)
}

function stateOf(run: SweepResult['runs'][number]): string {
  return run.stopReason ? `${run.state}: ${run.stopReason}` : run.state
}

/** The runs of a sweep, best first, under the heading `Leaderboard`. */
export function leaderboard(result: SweepResult): string {
  const names = varying(result.runs).filter((name) => name !== 'alpha')
  const ranked = [...result.runs].sort(
    (a, b) => (a.bestValLoss ?? Infinity) - (b.bestValLoss ?? Infinity) || a.number - b.number,
  )
  const rows = ranked.map((run, index) => [
    String(index + 1),
    runLabel(run.number),
    ...names.map((name) => parameter(run.params[name] ?? '')),
    loss(run.bestValLoss),
    count(run.samples),
    run.fullSamples ? share(run.samples / run.fullSamples) : '–',
    stateOf(run),
  ])
  const heads = [
    '#',
    'run',
    ...names.map((name) => name.replaceAll('_', ' ')),
    'best loss',
    'samples',
    'trained',
    'state',
  ]
  return `Leaderboard\n${table(heads, rows)}\n${summary(result)}`
}

function summary(result: SweepResult): string {
  const saved = result.samplesFull > 0 ? 1 - result.samplesUsed / result.samplesFull : 0
  const ended = result.state === 'done' ? 'ended' : `is ${result.state}`
  return `${result.name} ${ended} after ${duration(result.wallSeconds)}: ${count(result.samplesUsed)} of ${count(result.samplesFull)} samples trained, ${share(Math.max(0, saved))} saved.`
}
