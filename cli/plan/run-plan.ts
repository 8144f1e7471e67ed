import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { PlanInstance } from '../../engine/cluster/instance'
import { type InstancePlan, planInstance } from '../../engine/cluster/plan-instance'
import { InputError } from '../errors'
import { readInstance } from './read-instance'

/** Milliseconds after which the search ends even where the effort is not used up: small and large instances. */
const LIMIT_MS = { small: 1400, large: 7500 }
const LARGE = 150

export async function runPlan(file: string, options: { json?: boolean; effort?: string }): Promise<void> {
  const asked = options.effort === undefined ? undefined : Number(options.effort)
  if (asked !== undefined && (!Number.isInteger(asked) || asked < 1)) {
    throw new InputError(`--effort must be a whole number of at least 1, not ${options.effort}.`)
  }
  const instance = readInstance(await readSource(file), file === '-' ? 'Standard input' : file)
  const budget = asked ?? defaultEffort(instance)
  const began = performance.now()
  const elapsedMs = () => performance.now() - began
  const limitMs = instance.tasks.length > LARGE ? LIMIT_MS.large : LIMIT_MS.small
  const plan = planInstance(instance, { budget, elapsedMs, limitMs })
  const solveMs = Math.round(elapsedMs() * 1000) / 1000
  const { makespan, lowerBound, provenOptimal, placements } = plan
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ makespan, lowerBound, provenOptimal, solveMs, placements })}\n`)
  } else process.stdout.write(printPlan(plan, solveMs))
}

/** Schedules that take about a second on one core: a schedule of one pool costs about the square of its tasks. */
function defaultEffort(instance: PlanInstance): number {
  const tasks = Math.max(instance.tasks.length, 1)
  if (!instance.spread && instance.nodes.length > 1) return tasks > LARGE ? 100_000 : 300_000
  return Math.round(Math.min(150_000, Math.max(100, 150_000 * (LARGE / tasks) ** 2)))
}

async function readSource(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw new InputError(`${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}.`)
  }
}

function printPlan(plan: InstancePlan, solveMs: number): string {
  const gap = plan.makespan > 0 ? (plan.makespan / plan.lowerBound - 1) * 100 : 0
  const quality = plan.provenOptimal ? 'no plan is shorter' : `at most ${gap.toFixed(2)}% above the shortest`
  const head = `Makespan ${plan.makespan.toFixed(1)} s, ${quality}; planned in ${solveMs.toFixed(0)} ms.\n`
  const rows = [...plan.placements]
    .sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1))
    .map(
      ({ id, start, end, gpus }) =>
        `${start.toFixed(1).padStart(12)} ${end.toFixed(1).padStart(12)}  ${id}  ${gpus.join(' ')}`,
    )
  return `${head}${'start'.padStart(12)} ${'end'.padStart(12)}  task  GPUs\n${rows.join('\n')}\n`
}
