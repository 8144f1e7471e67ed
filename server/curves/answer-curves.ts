import type { z } from 'zod'
import { type Curve, packCurve } from '@/contracts/packed-curve'
import { database } from '../db/client'
import { lastJournalId } from '../db/journal'
import type { curveQuery, curvesAnswer } from './curve-query'
import { loadCurves } from './load-curves'
import { reduceCurve } from './reduce-curve'

const totalLength = (curves: readonly Curve[]) => curves.reduce((sum, curve) => sum + curve.step.length, 0)

/** Curves of runs of one sweep, reduced to what the pane can show. */
export async function answerCurves(
  runIds: readonly string[],
  since: Date,
  query: z.output<typeof curveQuery>,
): Promise<z.infer<typeof curvesAnswer>> {
  const journalId = await lastJournalId(database().pool)
  const whole = await loadCurves(runIds, query.metrics, since)
  const curves = whole.map((curve) => reduceCurve(curve, query))
  return {
    journalId,
    since,
    curves: curves.map(packCurve),
    reduced: { from: totalLength(whole), to: totalLength(curves) },
  }
}
