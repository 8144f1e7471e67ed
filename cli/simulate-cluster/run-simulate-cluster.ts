import { readFile } from 'node:fs/promises'
import { ARMS, type Arm, armPolicy } from '../../engine/sim/cluster/arms'
import type { ClusterTrace } from '../../engine/sim/cluster/cluster-trace'
import { type ClusterResult, simulateCluster } from '../../engine/sim/cluster/simulate-cluster'
import { InputError } from '../errors'
import { readTrace } from './read-trace'

export interface ArmResult extends ClusterResult {
  name: string
  summary: string
  samplesUsed: number
  samplesFull: number
  /** Makespan of the first arm over this one's. */
  speedup: number
  solveMs: number
  eventsPerSecond: number
}

export async function runSimulateCluster(options: {
  trace: string
  arm?: string[]
  json?: boolean
}): Promise<void> {
  const arms = chooseArms(options.arm)
  const { trace, maxSlots } = readTrace(await readSource(options.trace))
  if (trace.sweeps.length === 0) throw new InputError('The trace has no sweep; add a line with "sweep".')
  const results = compareArms(trace, maxSlots, arms)
  const gpus = trace.nodes.reduce((sum, node) => sum + node.gpus, 0)
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ simulated: true, gpus, sweeps: trace.sweeps.length, arms: results })}\n`,
    )
  } else process.stdout.write(table(results))
}

/** Runs every arm over the trace, the first one as the reference. */
export function compareArms(trace: ClusterTrace, maxSlots: number, arms: readonly Arm[]): ArmResult[] {
  let reference: number | undefined
  return arms.map((arm) => {
    const { policy, exit } = armPolicy(arm, maxSlots)
    const began = performance.now()
    const result = simulateCluster(trace, policy, exit)
    const solveMs = performance.now() - began
    reference ??= result.makespan
    return {
      name: arm.name,
      summary: arm.summary,
      ...result,
      samplesUsed: result.sweeps.reduce((sum, sweep) => sum + sweep.samplesUsed, 0),
      samplesFull: result.sweeps.reduce((sum, sweep) => sum + sweep.samplesFull, 0),
      speedup: result.makespan > 0 ? reference / result.makespan : 1,
      solveMs,
      eventsPerSecond: Math.round(result.events / (solveMs / 1000)),
    }
  })
}

function chooseArms(names: readonly string[] | undefined): readonly Arm[] {
  if (names === undefined) return ARMS
  return names.map((name) => {
    const arm = ARMS.find((known) => known.name === name)
    if (arm === undefined)
      throw new InputError(
        `--arm ${name} is unknown. There are ${ARMS.map((known) => known.name).join(', ')}.`,
      )
    return arm
  })
}

async function readSource(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw new InputError(
      `--trace ${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}.`,
    )
  }
}

function table(results: readonly ArmResult[]): string {
  const head = `${'arm'.padEnd(20)}${'makespan'.padStart(12)}${'speed-up'.padStart(10)}${'GPUs busy'.padStart(11)}${'slots busy'.padStart(12)}${'samples'.padStart(9)}`
  const rows = results.map(
    (arm) =>
      `${arm.name.padEnd(20)}${`${arm.makespan.toFixed(0)} s`.padStart(12)}${arm.speedup.toFixed(2).padStart(10)}${percent(arm.gpuBusy).padStart(11)}${percent(arm.slotsBusy).padStart(12)}${percent(arm.samplesUsed / arm.samplesFull).padStart(9)}  ${arm.summary}`,
  )
  return `Simulated, not measured.\n${head}\n${rows.join('\n')}\n`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}
