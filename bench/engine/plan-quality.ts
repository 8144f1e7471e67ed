import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lowerBound } from '../../engine/cluster/lower-bound'
import { planInstance, problemOf } from '../../engine/cluster/plan-instance'
import { instances, type NamedInstance } from './instances'

/** Effort and clock of `alto plan` for instances of this size. */
const BUDGET = { spread: 150_000, byNode: 300_000 }
const LIMIT_MS = 1400

interface Reference {
  name: string
  /** Null where CP-SAT found no schedule in time. */
  makespan: number | null
  bound: number
}

interface QualityCase {
  name: string
  makespan: number
  lowerBound: number
  reference: number | null
  ratioToBest: number
  ratioToBound: number
  solveMs: number
}

/**
 * Plans all instances and compares with CP-SAT.
 *
 * @param seconds for CP-SAT on each instance; 0 leaves it out
 * @returns ratios to the best known makespan: CP-SAT's, or ours with ten times the effort where that is shorter
 */
export function planQuality(seed: number, seconds: number) {
  const all = instances(seed)
  const references = seconds > 0 ? solveByCpSat(all, seconds) : new Map<string, Reference>()
  const cases = all.map((instance): QualityCase => {
    const budget = instance.spread || instance.nodes.length === 1 ? BUDGET.spread : BUDGET.byNode
    const began = performance.now()
    const plan = planInstance(instance, {
      budget,
      limitMs: LIMIT_MS,
      elapsedMs: () => performance.now() - began,
    })
    const solveMs = performance.now() - began
    const long = performance.now()
    const patient = plan.provenOptimal
      ? plan
      : planInstance(instance, {
          budget: 10 * budget,
          limitMs: 2 * LIMIT_MS,
          elapsedMs: () => performance.now() - long,
        })
    const reference = references.get(instance.name)?.makespan ?? null
    const best = Math.min(plan.makespan, patient.makespan, reference ?? Number.POSITIVE_INFINITY)
    return {
      name: instance.name,
      makespan: plan.makespan,
      lowerBound: plan.lowerBound,
      reference,
      ratioToBest: plan.makespan / best,
      ratioToBound: plan.makespan / plan.lowerBound,
      solveMs,
    }
  })
  const ratios = cases.map((one) => one.ratioToBest)
  return {
    case: 'plan quality, up to 100 tasks × 128 GPUs',
    instances: cases.length,
    cpSatSeconds: seconds,
    meanRatioToBest: mean(ratios),
    worstRatioToBest: Math.max(...ratios),
    meanRatioToBound: mean(cases.map((one) => one.ratioToBound)),
    cpSatShorter: cases.filter((one) => one.reference !== null && one.reference < one.makespan * (1 - 1e-6))
      .length,
    cpSatLonger: cases.filter((one) => one.reference !== null && one.reference > one.makespan * (1 + 1e-6))
      .length,
    worstSolveMs: Math.max(...cases.map((one) => one.solveMs)),
    details: cases,
  }
}

/** A plan of 100 tasks, then one event, then a plan from the old order. */
export function replanTime(seed: number) {
  const hundred = instances(seed).filter((instance) => instance.tasks.length === 100)
  const times: number[] = []
  const losses: number[] = []
  for (const instance of hundred) {
    const before = planInstance(instance, { budget: 20_000 })
    const after = { ...instance, tasks: instance.tasks.slice(1) }
    const began = performance.now()
    const again = planInstance(after, { budget: 400 }, before.order)
    times.push(performance.now() - began)
    losses.push(again.makespan / lowerBound(problemOf(after)))
  }
  return {
    case: 're-plan after one event, 100 tasks',
    meanMs: mean(times),
    worstMs: Math.max(...times),
    meanRatioToBound: mean(losses),
  }
}

function solveByCpSat(all: readonly NamedInstance[], seconds: number): Map<string, Reference> {
  const python = 'agent/.venv/bin/python'
  if (!existsSync(python))
    throw new Error(`${python} is missing: run \`npm run demo\` once, it installs the Python environment.`)
  const input = all.map((instance) => JSON.stringify(instance)).join('\n')
  const solved = spawnSync(python, ['bench/engine/reference.py', String(seconds)], {
    input,
    encoding: 'utf8',
    maxBuffer: 1e8,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (solved.status !== 0) throw new Error('bench/engine/reference.py failed; its message is above.')
  const answers = solved.stdout
    .trim()
    .split('\n')
    .map((line): Reference => JSON.parse(line))
  return new Map(answers.map((answer) => [answer.name, answer]))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
