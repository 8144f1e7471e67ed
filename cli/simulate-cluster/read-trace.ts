import type { z } from 'zod'
import type { ClusterTrace, TraceRun, TraceSweep } from '../../engine/sim/cluster/cluster-trace'
import { syntheticPoints } from '../../engine/sim/cluster/synthetic-losses'
import { InputError } from '../errors'
import { headerSchema, nodeSchema, sweepSchema, type TraceHeader, type TraceSweepLine } from './trace-schema'

const GB = 1e9

/**
 * Reads a trace of `alto simulate cluster`: JSON lines, the format of `docs/simulate-cluster.md`.
 *
 * @throws InputError with one sentence that names the line and the field
 */
export function readTrace(text: string): { trace: ClusterTrace; maxSlots: number } {
  const lines = text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '')
  const [first, ...rest] = lines
  if (first === undefined) throw new InputError('The trace is empty; its first line names nodes and models.')
  const header = parse(headerSchema, first)
  refuseRepeat(
    'node',
    header.nodes.map((node) => node.id),
    first.number,
  )
  const sweeps: TraceSweep[] = []
  const nodeEvents: ClusterTrace['nodeEvents'][number][] = []
  for (const entry of rest) {
    const value = json(entry)
    if (typeof value === 'object' && value !== null && 'node' in value) {
      const event = parse(nodeSchema, entry)
      if (!header.nodes.some((node) => node.id === event.node)) {
        throw new InputError(`Line ${entry.number}: node ${event.node} is not in the first line.`)
      }
      nodeEvents.push(event)
    } else {
      const line = parse(sweepSchema, entry)
      if (sweeps.some((sweep) => sweep.id === line.sweep)) {
        throw new InputError(`Line ${entry.number}: sweep ${line.sweep} is used twice; names must differ.`)
      }
      sweeps.push(traceSweep(line, header, entry.number))
    }
  }
  return {
    maxSlots: header.maxSlots,
    trace: {
      nodes: header.nodes.map(({ id, gpus, memoryGb }) => ({ id, gpus, memoryBytes: memoryGb * GB })),
      models: Object.fromEntries(
        Object.entries(header.models).map(([name, model]) => [
          name,
          {
            baseSeconds: model.stepSeconds,
            secondsPerToken: model.secondsPerToken,
            gpusPerExecutor: model.gpusPerExecutor,
            memory: {
              backboneBytes: model.backboneGb * GB,
              bytesPerRank: model.gbPerRank * GB,
              bytesPerToken: model.gbPerToken * GB,
              bytesPerLogit: 0,
              vocabulary: 0,
            },
          },
        ]),
      ),
      sweeps,
      nodeEvents,
      startSeconds: header.startSeconds,
      moveSeconds: header.moveSeconds,
    },
  }
}

function traceSweep(line: TraceSweepLine, header: TraceHeader, number: number): TraceSweep {
  const refuse = (message: string) => new InputError(`Line ${number}: ${message}`)
  const model = header.models[line.model]
  if (model === undefined) throw refuse(`model ${line.model} is not in the first line.`)
  const all = header.nodes.reduce((sum, node) => sum + node.gpus, 0)
  const widest = Math.max(...header.nodes.map((node) => node.gpus))
  const limit = line.spread ? all : widest
  if (line.gpus > limit)
    throw refuse(
      `gpus: ${line.sweep} needs ${line.gpus} GPUs and ${line.spread ? 'the cluster' : 'the largest node'} has ${limit}.`,
    )
  if (model.gpusPerExecutor > Math.min(line.gpus, widest)) {
    throw refuse(
      `gpus: ${line.model} spans ${model.gpusPerExecutor} GPUs of one node and ${line.sweep} has ${line.gpus}.`,
    )
  }
  const { sweep: id, grid: _grid, losses: _losses, runs: _runs, ...facts } = line
  return { id, ...facts, runs: line.runs === undefined ? gridRuns(line, refuse) : givenRuns(line, refuse) }
}

function gridRuns(line: TraceSweepLine, refuse: (message: string) => InputError): TraceRun[] {
  const { grid, losses } = line
  if (grid === undefined || losses === undefined) {
    throw refuse(`${line.sweep} has neither runs nor a grid with losses.`)
  }
  const fullSamples = Math.round(line.trainSamples * line.epochs)
  const runs: TraceRun[] = []
  for (const learning_rate of grid.learning_rate) {
    for (const rank of grid.rank) {
      for (const batch_size of grid.batch_size) {
        const params = { learning_rate, rank, batch_size }
        const id = `${line.sweep}/r${runs.length}`
        const points = syntheticPoints(losses, params, fullSamples, line.evaluations, line.seed, id)
        runs.push({ id, params, fullSamples, points })
      }
    }
  }
  return runs
}

function givenRuns(line: TraceSweepLine, refuse: (message: string) => InputError): TraceRun[] {
  return line.runs!.map(({ params, points }, index) => {
    for (let i = 1; i < points.length; i++) {
      if (points[i]!.step <= points[i - 1]!.step) {
        throw refuse(`runs[${index}].points[${i}].step must be above the step before it.`)
      }
    }
    return {
      id: `${line.sweep}/r${index}`,
      params: params as TraceRun['params'],
      fullSamples: points.at(-1)!.samples,
      points,
    }
  })
}

function json({ line, number }: { line: string; number: number }): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new InputError(`Line ${number} of the trace is not JSON.`)
  }
}

function parse<T extends z.ZodType>(schema: T, entry: { line: string; number: number }): z.infer<T> {
  const parsed = schema.safeParse(json(entry))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = issue.path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`,
    )
    .join('')
  if (issue.code === 'unrecognized_keys')
    throw new InputError(`Line ${entry.number}: ${issue.keys[0]} is not a field here.`)
  throw new InputError(`Line ${entry.number}: ${field === '' ? 'the line' : field} ${issue.message}.`)
}

function refuseRepeat(what: string, ids: readonly string[], number: number): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined)
    throw new InputError(`Line ${number}: ${what} ${twice} is used twice; ids must differ.`)
}
