import type { LiveEvent } from '@/server/routers/live/events'
import type { LivePoint } from './curve-book'

interface Evaluation {
  step: number
  samples: number
  trainLoss: number | null
  valLoss: number | null
  at: string
}

interface MetricRun {
  runId: string
  steps: number[]
  samples: number[]
  /** Unix seconds. */
  at: number[]
  series: Record<string, (number | null)[]>
}

/** Points of curves inside journal facts: `evaluation` and `metrics`. Other kinds have none. */
export function pointsOf(event: LiveEvent, since: Date): LivePoint[] {
  const start = since.getTime() / 1000
  if (event.kind === 'evaluation' && event.runId) {
    const { step, samples, valLoss, at } = event.data as Evaluation
    const seconds = Date.parse(at) / 1000 - start
    return [{ runId: event.runId, name: 'val_loss', step, samples, seconds, value: valLoss }]
  }
  if (event.kind !== 'metrics') return []
  const { runs } = event.data as { runs: MetricRun[] }
  return runs.flatMap((run) =>
    Object.entries(run.series).flatMap(([name, values]) =>
      run.steps.map((step, index) => ({
        runId: run.runId,
        name,
        step,
        samples: run.samples[index] ?? 0,
        seconds: (run.at[index] ?? start) - start,
        value: values[index] ?? null,
      })),
    ),
  )
}
