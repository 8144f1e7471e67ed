import { z } from 'zod'
import { calibrate, oneEachQuarter } from '@/engine/estimate/calibration'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { person } from '../../trpc/procedures'
import { loadSweepForecasts, type SweepForecasts, sweepForecasts } from '../../views/sweep-forecasts'
import { visibleProjects } from '../../views/visible-projects'

const share = z.number()

/** When each sweep is expected to end, what was said before, and how often that held. */
export const listForecasts = person
  .output(
    z.object({
      journalId: z.number(),
      /** Over one forecast a quarter of each sweep that is done; null before there is one. */
      calibration: z
        .object({
          count: z.number(),
          /** Ends inside P10–P90, of which 80% is right, with the 95% interval. */
          inside: share,
          insideInterval: z.tuple([share, share]),
          /** Ends at or before P50: 50% is right. */
          early: share,
          /** Mean pinball loss over the length; 0 is perfect. */
          score: z.number(),
        })
        .nullable(),
      sweeps: z.array(sweepForecasts),
    }),
  )
  .query(async ({ ctx }) => {
    const journalId = await lastJournalId(database().pool)
    const sweeps = await loadSweepForecasts(await visibleProjects(ctx.principal))
    const calibration = calibrate(sweeps.flatMap(judged))
    return {
      journalId,
      calibration: calibration && {
        ...calibration,
        insideInterval: [calibration.insideInterval[0], calibration.insideInterval[1]] as [number, number],
      },
      sweeps,
    }
  })

function judged({ state, startedAt, endedAt, history }: SweepForecasts) {
  if (state !== 'done' || !startedAt || !endedAt) return []
  const seconds = (at: Date) => at.getTime() / 1000
  const past = history.map(({ madeAt, end }) => ({
    madeAt: seconds(madeAt),
    end: { p10: seconds(end.p10), p50: seconds(end.p50), p90: seconds(end.p90) },
    actualEnd: seconds(endedAt),
  }))
  return oneEachQuarter(past, seconds(startedAt))
}
