import { z } from 'zod'
import { onJob } from '../../trpc/procedures'
import { notFound } from '../../trpc/user-error'
import { loadRuns } from '../../views/run-row'
import { loadSweep } from '../../views/sweep-summary'

const params = z.record(z.string(), z.union([z.number(), z.string(), z.array(z.string())]))

/** What `alto sweep submit --json` prints; other programs rely on it. */
export const sweepResult = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  error: z.string().nullable(),
  best: z.object({ run: z.string(), params, valLoss: z.number() }).nullable(),
  runs: z.array(
    z.object({
      id: z.string(),
      number: z.number(),
      params,
      state: z.string(),
      stopReason: z.string().nullable(),
      samples: z.number(),
      fullSamples: z.number().nullable(),
      bestValLoss: z.number().nullable(),
    }),
  ),
  samplesUsed: z.number(),
  samplesFull: z.number(),
  /** From the first start to the end, or to now. */
  wallSeconds: z.number(),
})

export const getSweepResult = onJob('viewer')
  .output(sweepResult)
  .query(async ({ input }) => {
    const [sweep, runs] = await Promise.all([loadSweep(input.id), loadRuns(input.id)])
    if (!sweep) throw notFound('That sweep')
    const best = sweep.best && runs.find((run) => run.id === sweep.best!.runId)
    const sum = (pick: (run: (typeof runs)[number]) => number | null) =>
      runs.reduce((total, run) => total + (pick(run) ?? 0), 0)
    const until = sweep.endedAt ?? new Date()
    return {
      id: sweep.id,
      name: sweep.name,
      state: sweep.state,
      error: sweep.error,
      best: best ? { run: best.id, params: best.params, valLoss: best.bestValLoss! } : null,
      runs: runs.map((run) => ({
        id: run.id,
        number: run.number,
        params: run.params,
        state: run.state,
        stopReason: run.stopReason,
        samples: run.samples,
        fullSamples: run.fullSamples,
        bestValLoss: run.bestValLoss,
      })),
      samplesUsed: sum((run) => run.samples),
      samplesFull: sum((run) => run.fullSamples),
      wallSeconds: sweep.startedAt ? (until.getTime() - sweep.startedAt.getTime()) / 1000 : 0,
    }
  })
