/**
 * Benchmarks of the engine: quality of plans against CP-SAT and lower bounds, re-plan time, a large instance, the
 * simulator's speed and the paper's ablation. The last line is one JSON object; `--write` puts it into bench/results.
 *
 *   npm run bench:engine -- [--cp-sat SECONDS] [--seed N] [--write]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { readTrace } from '../../cli/simulate-cluster/read-trace'
import { compareArms } from '../../cli/simulate-cluster/run-simulate-cluster'
import { planInstance } from '../../engine/cluster/plan-instance'
import { ARMS } from '../../engine/sim/cluster/arms'
import { forecastCalibration } from './forecast-calibration'
import { instance } from './instances'
import { largeTrace } from './large-trace'
import { planQuality, replanTime } from './plan-quality'

const { values } = parseArgs({
  options: {
    'cp-sat': { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const workload = readFileSync(new URL('../workloads/alto-ablation.jsonl', import.meta.url), 'utf8')

function bigInstances() {
  const shapes = (['powers', 'any', 'narrow'] as const).flatMap((widths) =>
    (['uniform', 'skewed'] as const).flatMap((durations) =>
      [true, false].map((spread) => ({
        tasks: 2000,
        nodes: 1250,
        gpusPerNode: 8,
        widths,
        durations,
        releases: false,
        spread,
      })),
    ),
  )
  return shapes.map((shape) => {
    const big = instance(shape, `${seed}/big`)
    const began = performance.now()
    const budget = shape.spread ? 840 : 100_000
    const plan = planInstance(big, { budget, limitMs: 7500, elapsedMs: () => performance.now() - began })
    return {
      case: `large: ${big.name}`,
      ratioToBound: plan.makespan / plan.lowerBound,
      solveMs: performance.now() - began,
    }
  })
}

function anytime() {
  const [big] = [
    instance(
      {
        tasks: 100,
        nodes: 16,
        gpusPerNode: 8,
        widths: 'any',
        durations: 'uniform',
        releases: true,
        spread: true,
      },
      'any',
    ),
  ]
  const began = performance.now()
  const plan = planInstance(big, { budget: 1e9, limitMs: 10, elapsedMs: () => performance.now() - began })
  return {
    case: 'anytime: plan after 10 ms, 100 tasks × 128 GPUs',
    solveMs: performance.now() - began,
    ratioToBound: plan.makespan / plan.lowerBound,
  }
}

function ablation() {
  const { trace, maxSlots } = readTrace(workload)
  const arms = compareArms(trace, maxSlots, ARMS)
  return {
    case: 'ablation of the ALTO paper (simulated)',
    paper: { batching: 1, 'batching+scheduler': 1.5, 'batching+exits': 3.48, all: 5.22 },
    arms: arms.map(({ name, makespan, speedup, gpuBusy, slotsBusy, samplesUsed, samplesFull, stuck }) => ({
      name,
      makespan,
      speedup,
      gpuBusy,
      slotsBusy,
      samples: samplesUsed / samplesFull,
      stuck: stuck.length,
    })),
  }
}

/** Events per second of processor time, so that other work on the machine does not count. */
function simulatorSpeed() {
  return ARMS.map((arm) => {
    const [copies, nodes, evaluations] = arm.exits === 'adaptive' ? [2, 4, 20] : [5, 8, 100]
    const { trace, maxSlots } = readTrace(largeTrace(workload, copies!, nodes!, evaluations!))
    const before = process.cpuUsage()
    const [result] = compareArms(trace, maxSlots, [arm])
    const { user, system } = process.cpuUsage(before)
    return {
      case: `simulator: ${arm.name}, ${trace.sweeps.length} sweeps on ${nodes! * 8} GPUs`,
      events: result!.events,
      decisions: result!.decisions,
      eventsPerCpuSecond: Math.round(result!.events / ((user + system) / 1e6)),
    }
  })
}

function forecasts() {
  const { trace, maxSlots } = readTrace(largeTrace(workload, 3, 4, 20))
  return forecastCalibration(trace, maxSlots, ['batching+scheduler', 'all', 'ours'])
}

const quality = planQuality(seed, Number(values['cp-sat']))
const cases = [
  quality,
  replanTime(seed),
  anytime(),
  ...bigInstances(),
  ablation(),
  ...simulatorSpeed(),
  ...forecasts(),
]
for (const one of cases) {
  const { details: _details, ...figures } = one as typeof one & { details?: unknown }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}
const result = {
  name: 'engine',
  command: `npm run bench:engine -- --cp-sat ${values['cp-sat']} --seed ${seed}`,
  cases,
  machine: {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  },
}
if (values.write) {
  writeFileSync(new URL('../results/engine.json', import.meta.url), `${JSON.stringify(result, null, 1)}\n`)
}
process.stdout.write(`${JSON.stringify(result)}\n`)
