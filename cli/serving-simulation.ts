import { readFile, writeFile } from 'node:fs/promises'
import { POLICY_NAMES, type PolicyName } from '../engine/serving/policies/registry'
import { shapeKey, stepTimesOf } from '../engine/serving/profile'
import { parseProfile } from '../engine/sim/serving/parse-profile'
import { parseTrace } from '../engine/sim/serving/parse-trace'
import { Problem } from '../engine/sim/serving/read-fields'
import { simulateServing } from '../engine/sim/serving/simulate'
import { type SimulationSummary, summarise } from '../engine/sim/serving/summary'
import { InputError } from './errors'

/** As commander hands them over. */
export interface ServingSimulationOptions {
  profile: string
  trace: string
  gpus: string
  nodes: string
  policy: string
  events?: string
  json?: true
}

/** Requests that are simulated once before, untimed. */
const WARM_UP = 40

/**
 * Runs `alto simulate serving` and writes its events.
 *
 * @returns what is printed
 * @throws {InputError} where an option or a file is wrong; nothing is written then
 */
export async function runServingSimulation(options: ServingSimulationOptions): Promise<string> {
  const gpus = wholeNumber('--gpus', options.gpus, 4096)
  const nodes = wholeNumber('--nodes', options.nodes, gpus)
  if (gpus % nodes !== 0) throw new InputError(`--nodes ${nodes} does not divide --gpus ${gpus} evenly.`)
  const policy = policyNamed(options.policy)
  const profile = await read('--profile', options.profile)
  const traceText = await read('--trace', options.trace)
  const { times, trace } = asInputError(() => {
    const times = stepTimesOf(parseProfile(profile, options.profile))
    return { times, trace: parseTrace(traceText, options.trace, times) }
  })
  const nodeOfGpu = Array.from({ length: gpus }, (_, gpu) => Math.floor((gpu * nodes) / gpus))
  const widest = gpus / nodes
  for (const request of trace) {
    const narrowest = times.shapes.get(shapeKey(request))!.base.sp
    if (narrowest <= widest) continue
    throw new InputError(`--gpus: ${request.id} needs ${narrowest} GPUs on one node and there are ${widest}.`)
  }
  // Rounds are timed warm, as they are in a control plane that runs for days.
  simulateServing({ times, trace: trace.slice(0, WARM_UP), nodeOfGpu, policy })
  const result = simulateServing({ times, trace, nodeOfGpu, policy, clock: () => performance.now() })
  if (options.events !== undefined) {
    const lines = result.log.map((event) => `${JSON.stringify(event)}\n`).join('')
    await writeFile(options.events, lines).catch((error: unknown) => {
      throw new InputError(`--events: ${options.events} cannot be written (${reason(error)}).`)
    })
  }
  const summary = summarise(policy, gpus, result)
  return options.json ? JSON.stringify(summary) : asText(summary)
}

function policyNamed(name: string): PolicyName {
  const found = POLICY_NAMES.find((known) => known === name)
  if (!found) throw new InputError(`--policy must be one of ${POLICY_NAMES.join(', ')}, not "${name}".`)
  return found
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < 1 || value > most) {
    throw new InputError(`${option} must be a whole number from 1 to ${most}, not "${text}".`)
  }
  return value
}

async function read(option: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new InputError(`${option}: ${file} cannot be read (${reason(error)}).`)
  })
}

function asInputError<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof Problem) throw new InputError(error.message)
    throw error
  }
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function asText(summary: SimulationSummary): string {
  const share = (value: number | null): string => (value === null ? '–' : `${(100 * value).toFixed(1)}%`)
  const time = (value: number | null): string => (value === null ? '–' : `${(value / 1000).toFixed(1)} s`)
  const { attainment, latencyMs, solveMs } = summary
  const line = (kind: 'image' | 'video'): string => {
    const { p50, p90, p99 } = latencyMs[kind]
    return `${kind}s on time  ${share(attainment[kind])}, latency P50 ${time(p50)}, P90 ${time(p90)}, P99 ${time(p99)}`
  }
  return [
    `${summary.requests} requests under ${summary.policy}: ${share(attainment.overall)} on time`,
    line('image'),
    line('video'),
    `GPUs busy       ${share(summary.gpuBusy)}, ${summary.preemptions} pauses, ${summary.spChanges} changes of degree`,
    `round           ${solveMs.mean.toFixed(3)} ms mean, ${solveMs.max.toFixed(1)} ms longest`,
  ].join('\n')
}
