import { type StepTimes, shapeKey } from '../../serving/profile'
import { type Reader, readObject } from './read-fields'
import type { TraceRequest } from './trace'

/**
 * Reads a trace, JSON lines; empty lines are skipped.
 *
 * @param file its name, for messages
 * @param times every request must have its shape profiled
 * @throws {Problem} one sentence with file, line and field
 */
export function parseTrace(text: string, file: string, times: StepTimes): TraceRequest[] {
  const trace: TraceRequest[] = []
  const lineOf = new Map<string, number>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const reader = readObject(line, `${file}, line ${index + 1}`)
    const request = requestOf(reader, times)
    const earlier = lineOf.get(request.id)
    if (earlier !== undefined) throw reader.problem('id', `"${request.id}" is already on line ${earlier}`)
    lineOf.set(request.id, index + 1)
    trace.push(request)
  }
  if (trace.length === 0) throw readObject('{}', file).problem('the trace', 'has no requests')
  return trace
}

function requestOf(reader: Reader, times: StepTimes): TraceRequest {
  const kind = reader.oneOf('kind', ['image', 'video'])
  const request: TraceRequest = {
    id: reader.text('id'),
    arrivalMs: reader.number('arrivalMs'),
    kind,
    resolution: reader.name('resolution'),
    // Images have one frame whatever the trace says.
    frames: kind === 'video' ? reader.count('frames') : 1,
    steps: reader.count('steps'),
    deadlineMs: reader.number('deadlineMs'),
  }
  if (reader.has('weight')) request.weight = reader.duration('weight')
  if (request.deadlineMs <= request.arrivalMs) {
    throw reader.problem(
      'deadlineMs',
      `must be after arrivalMs (${request.arrivalMs}), not ${request.deadlineMs}`,
    )
  }
  const shape = times.shapes.get(shapeKey(request))
  if (!shape) {
    const frames = kind === 'video' ? ` with ${request.frames} frames` : ''
    const known = [...times.shapes.keys()].filter((key) => key.startsWith(kind)).join(', ') || `no ${kind}`
    throw reader.problem(
      'resolution',
      `${request.resolution}${frames} is not in the profile, which has ${known}`,
    )
  }
  if (shape.base.batch > 1)
    throw reader.problem('resolution', `${request.resolution} has no profiled batch of 1`)
  return request
}
