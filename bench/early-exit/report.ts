/**
 * Replays every policy over the recorded sweeps and writes what it saved and what it lost:
 * `npm run bench:early-exit` → bench/results/early-exit.json and .md; the last line of standard output is the JSON.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runLab } from '../../engine/early-exit/lab'
import { parsePolicyParams } from '../../engine/early-exit/parse-params'
import { POLICIES } from '../../engine/early-exit/policies'
import type { PolicyName } from '../../engine/early-exit/policy'
import { parseCurves } from '../../engine/sim/parse-curves'
import type { RecordedSweep } from '../../engine/sim/recorded-sweep'
import { describeReport } from './describe-report'

export interface Case {
  policy: PolicyName
  set: Readonly<Record<string, number>>
  slots?: number
  saved: number
  worstSaved: number
  meanExcess: number
  worstExcess: number
  winnersLost: number
  sweeps: readonly { task: string; saved: number; excess: number }[]
}

/** A policy beside `adaptive` with the same share of samples as its budget, sweep by sweep. */
export interface Duel {
  against: string
  meanUsed: number
  excess: number
  adaptiveExcess: number
  adaptiveUsed: number
  sweeps: readonly { task: string; used: number; excess: number; adaptiveExcess: number }[]
}

const folder = fileURLToPath(new URL('../..', import.meta.url))
const BUDGETS = [0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.26, 0.3]

function readSweeps(): RecordedSweep[] {
  const curves = join(folder, 'bench/curves')
  const files = readdirSync(curves).filter((file) => file.endsWith('.jsonl'))
  return files.sort().map((file) => {
    const parsed = parseCurves(readFileSync(join(curves, file), 'utf8'))
    if (!parsed.ok) throw new Error(`${file}: ${parsed.message}`)
    return { ...parsed.sweep, task: file.replace(/\.jsonl$/, '') }
  })
}

function replayCase(
  sweeps: readonly RecordedSweep[],
  name: PolicyName,
  set: Readonly<Record<string, number>>,
  slots?: number,
): Case {
  const policy = POLICIES[name]
  const parsed = parsePolicyParams(policy, set)
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join(' '))
  const result = runLab(sweeps, policy, parsed.params, { slots })
  return {
    policy: name,
    set,
    slots,
    saved: result.saved,
    worstSaved: Math.min(...result.sweeps.map(({ saved }) => saved)),
    meanExcess: result.meanExcess,
    worstExcess: result.worstExcess,
    winnersLost: result.winnersLost,
    sweeps: result.sweeps.map(({ task, saved, excess }) => ({ task, saved, excess })),
  }
}

function duel(
  sweeps: readonly RecordedSweep[],
  name: PolicyName,
  set: Readonly<Record<string, number>>,
): Duel {
  const rows = sweeps.map((sweep) => {
    const other = replayCase([sweep], name, set)
    const used = 1 - other.saved
    const ours = replayCase([sweep], 'adaptive', { budget: used })
    return {
      task: sweep.task,
      used,
      excess: other.meanExcess,
      adaptiveExcess: ours.meanExcess,
      adaptiveUsed: 1 - ours.saved,
    }
  })
  const mean = (pick: (row: (typeof rows)[number]) => number) =>
    rows.reduce((sum, row) => sum + pick(row), 0) / rows.length
  return {
    against: `${name} ${Object.entries(set)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ')}`.trim(),
    meanUsed: mean(({ used }) => used),
    excess: mean(({ excess }) => excess),
    adaptiveExcess: mean(({ adaptiveExcess }) => adaptiveExcess),
    adaptiveUsed: mean(({ adaptiveUsed }) => adaptiveUsed),
    sweeps: rows.map(({ task, used, excess, adaptiveExcess }) => ({ task, used, excess, adaptiveExcess })),
  }
}

const sweeps = readSweeps()
const cases = [
  ...(['none', 'alto', 'asha', 'hyperband', 'median'] as const).map((name) => replayCase(sweeps, name, {})),
  ...BUDGETS.map((budget) => replayCase(sweeps, 'adaptive', { budget })),
  ...[8, 1].map((slots) => replayCase(sweeps, 'adaptive', {}, slots)),
]
const duels = [
  duel(sweeps, 'alto', {}),
  ...[4, 3, 2].flatMap((reduction) => [0.05, 0.1].map((grace) => duel(sweeps, 'asha', { reduction, grace }))),
  duel(sweeps, 'median', {}),
  duel(sweeps, 'hyperband', {}),
]
const before = process.cpuUsage()
replayCase(sweeps, 'adaptive', {})
const spent = process.cpuUsage(before)
const labMs = (spent.user + spent.system) / 1000

const report = {
  name: 'early-exit',
  sweeps: sweeps.map(({ task, runs, trainSamples, epochs, evaluationsPerRun, schedule }) => {
    const bests = runs
      .map(({ points }) => Math.min(...points.map(({ valLoss }) => valLoss ?? Number.POSITIVE_INFINITY)))
      .sort((a, b) => a - b)
    const secondBehind = bests[1]! / bests[0]! - 1
    return { task, runs: runs.length, trainSamples, epochs, evaluationsPerRun, schedule, secondBehind }
  }),
  cases,
  duels,
  /** One replay of `adaptive` over all recorded sweeps: what a move of the rule lab's slider costs, processor milliseconds. */
  labMs,
}
writeFileSync(join(folder, 'bench/results/early-exit.json'), `${JSON.stringify(report, null, 1)}\n`)
writeFileSync(join(folder, 'bench/results/early-exit.md'), describeReport(report))
process.stdout.write(`${JSON.stringify(report)}\n`)

export type Report = typeof report
