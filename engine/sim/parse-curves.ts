import type { EvalPoint, RunParams, Schedule } from '../model/tuning'
import type { RecordedRun, RecordedSweep } from './recorded-sweep'

export type ParsedCurves = { ok: true; sweep: RecordedSweep } | { ok: false; message: string }

/** What is wrong with one line; becomes the sentence of the answer. */
class CurveProblem extends Error {}

/**
 * Reads recorded curves: JSON lines, a header and then one run a line (`alto replay`). A broken file gives one sentence
 * that names the line and the field.
 */
export function parseCurves(text: string): ParsedCurves {
  try {
    return { ok: true, sweep: readCurves(text) }
  } catch (problem) {
    if (problem instanceof CurveProblem) return { ok: false, message: problem.message }
    throw problem
  }
}

function readCurves(text: string): RecordedSweep {
  const lines = text
    .split('\n')
    .map((content, index) => ({ content: content.trim(), number: index + 1 }))
    .filter(({ content }) => content !== '')
  const [first, ...rest] = lines
  if (!first) throw new CurveProblem('The file is empty: line 1 should be the header of the sweep.')
  if (rest.length === 0) throw new CurveProblem('There is no run after the header on line 1.')
  const header = readObject(first.content, first.number)
  const sweep = {
    task: readText(header, 'task', 1),
    trainSamples: readNumber(header, 'trainSamples', 1, positive),
    epochs: readNumber(header, 'epochs', 1, positive),
    evaluationsPerRun: readNumber(header, 'evaluationsPerRun', 1, positive),
    schedule: readSchedule(header.schedule),
  }
  const seen = new Map<string, number>()
  const runs = rest.map(({ content, number }) => {
    const run = readRun(readObject(content, number), number)
    const before = seen.get(run.config)
    if (before) throw new CurveProblem(`Line ${number}: config ${run.config} was already on line ${before}.`)
    seen.set(run.config, number)
    return run
  })
  if (!runs.some(({ points }) => points.some(({ valLoss }) => valLoss !== null))) {
    throw new CurveProblem('No run has a valLoss that is a number, so there is no best run to find.')
  }
  return { ...sweep, runs }
}

function readRun(line: Record<string, unknown>, number: number): RecordedRun {
  const config = typeof line.config === 'number' ? String(line.config) : readText(line, 'config', number)
  if (!isObject(line.params)) throw new CurveProblem(`Line ${number}: params must be an object.`)
  const totalSteps = readNumber(line, 'totalSteps', number, positive)
  if (!Array.isArray(line.points) || line.points.length === 0) {
    throw new CurveProblem(`Line ${number}: points must be a list with at least one evaluation.`)
  }
  const points = line.points.map((point, index) => readPoint(point, `points[${index}]`, number))
  for (const [index, point] of points.entries()) {
    const before = points[index - 1]
    if (before && (point.samples <= before.samples || point.step <= before.step)) {
      throw new CurveProblem(
        `Line ${number}: points[${index}] must have more steps and samples than the one before it.`,
      )
    }
  }
  return { config, params: readParams(line.params, number), totalSteps, points }
}

function readParams(params: Record<string, unknown>, number: number): RunParams {
  for (const field of ['learning_rate', 'rank', 'batch_size'])
    readNumber(params, field, number, positive, 'params.')
  return params as RunParams
}

function readPoint(point: unknown, name: string, number: number): EvalPoint {
  if (!isObject(point)) throw new CurveProblem(`Line ${number}: ${name} must be an object.`)
  return {
    step: readNumber(point, 'step', number, notNegative, `${name}.`),
    samples: readNumber(point, 'samples', number, notNegative, `${name}.`),
    trainLoss: readLoss(point, 'trainLoss', number, name),
    valLoss: readLoss(point, 'valLoss', number, name),
  }
}

function readLoss(
  point: Record<string, unknown>,
  field: string,
  number: number,
  name: string,
): number | null {
  return point[field] === null ? null : readNumber(point, field, number, () => true, `${name}.`, ' or null')
}

const positive = (value: number) => value > 0
/** An evaluation before the first step is welcome. */
const notNegative = (value: number) => value >= 0

function readNumber(
  from: Record<string, unknown>,
  field: string,
  line: number,
  allowed: (value: number) => boolean,
  path = '',
  alternative = '',
): number {
  const value = from[field]
  if (typeof value === 'number' && Number.isFinite(value) && allowed(value)) return value
  const kind = allowed(-1) ? 'a number' : allowed(0) ? 'a number of at least 0' : 'a number above 0'
  throw new CurveProblem(`Line ${line}: ${path}${field} must be ${kind}${alternative}${but(value)}.`)
}

function readText(from: Record<string, unknown>, field: string, line: number): string {
  const value = from[field]
  if (typeof value === 'string' && value !== '') return value
  throw new CurveProblem(`Line ${line}: ${field} must be a text that is not empty${but(value)}.`)
}

function readSchedule(value: unknown): Schedule | undefined {
  if (value === undefined || value === null) return undefined
  if (value === 'constant' || value === 'linear' || value === 'cosine') return value
  throw new CurveProblem(`Line 1: schedule must be constant, linear or cosine${but(value)}.`)
}

function but(value: unknown): string {
  return value === undefined ? ', and it is missing' : `, not ${JSON.stringify(value)}`
}

function readObject(content: string, line: number): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    const hint = /\b(NaN|Infinity)\b/.test(content) ? ': a loss that is not finite is written as null' : ''
    throw new CurveProblem(`Line ${line} is not JSON${hint}.`)
  }
  if (!isObject(value)) throw new CurveProblem(`Line ${line} must be a JSON object.`)
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
