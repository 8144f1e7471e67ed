import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { random } from '../../engine/random'
import { attainment } from '../../engine/serving/attainment'
import type { PolicyName } from '../../engine/serving/policies/registry'
import { simulateServing } from '../../engine/sim/serving/simulate'
import type { TraceRequest } from '../../engine/sim/serving/trace'
import { aTraceRequest } from '../../test/builders/serving'
import {
  serveOnVirtualNodes,
  VIRTUAL_ROWS,
  VIRTUAL_TIMES,
} from '../../test/builders/serving-on-virtual-nodes'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Poisson arrivals for two GPUs, deadlines of 1.5 to 3 times what a request takes alone. */
function arrivals(load: number, seconds: number): TraceRequest[] {
  const source = random('rounds')
  const shapes = VIRTUAL_ROWS.map((row) => ({ row, ms: 30 * row.stepMs! + 5 }))
  const gapMs = shapes.reduce((sum, { ms }) => sum + ms / shapes.length, 0) / (load * 2)
  const trace: TraceRequest[] = []
  for (let at = source.exponential() * gapMs; at < seconds * 1000; at += source.exponential() * gapMs) {
    const { row, ms } = shapes[source.integer(shapes.length)]!
    const arrivalMs = Math.round(at)
    trace.push({
      id: `r${trace.length}`,
      arrivalMs,
      kind: row.kind,
      resolution: `${row.width}x${row.height}`,
      frames: row.frames,
      steps: 30,
      deadlineMs: arrivalMs + Math.round((1 + source.next()) * 1.5 * ms),
    })
  }
  return trace
}

test.each<PolicyName>(['alto', 'srtf', 'fcfs'])(
  '[S4] [S38] [S39] under %s every step is done once on two nodes, and as many are on time as simulated, though steps vary by a fifth',
  async (policy) => {
    const trace = arrivals(1.15, 40)
    const source = random('how steps vary')
    const real = await serveOnVirtualNodes(policy, trace, () => 0.8 + 0.4 * source.next())
    expect(real.steps).toEqual(trace.map(({ steps }) => steps))
    const { outcomes } = simulateServing({ times: VIRTUAL_TIMES, trace, nodeOfGpu: [0, 1], policy })
    const shareOf = (finishedMs: readonly (number | null)[]) =>
      attainment(trace.map(({ deadlineMs }, index) => ({ deadlineMs, finishedMs: finishedMs[index]! })))
        .share!
    const simulated = shareOf(outcomes.map((one) => one.finishedMs))
    expect(Math.abs(shareOf(real.finishedMs) - simulated)).toBeLessThan(0.05)
    expect(simulated).toBeGreaterThan(0.1)
  },
  60_000,
)

test('[S38] steps that end long before the profile says give way too', async () => {
  const long = { kind: 'video', resolution: '64x64', frames: 8, steps: 1000 } as const
  const videos = ['v0', 'v1'].map((id) => aTraceRequest({ id, ...long }))
  const image = aTraceRequest({
    id: 'i',
    kind: 'image',
    resolution: '64x64',
    frames: 1,
    arrivalMs: 100,
  })
  const { finishedMs, figures } = await serveOnVirtualNodes('srtf', [...videos, image], () => 0.3)
  expect(finishedMs[2]).toBeLessThan(300)
  expect(figures.pauses).toBeGreaterThan(0)
}, 60_000)
