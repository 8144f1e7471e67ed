import { z } from 'zod'
import { packedCurve } from '@/contracts/packed-curve'

/** What a chart asks for: which metrics, on which axis, how wide. */
export const curveQuery = z.object({
  metrics: z.array(z.string().max(40)).min(1).max(10).default(['train_loss', 'val_loss']),
  axis: z.enum(['samples', 'step', 'time']).default('samples'),
  scale: z.enum(['log', 'linear']).default('log'),
  /** Pixel buckets; the answer has at most twice as many points a curve, plus the extremes. */
  buckets: z.number().int().min(10).max(2000).default(160),
  range: z.object({ from: z.number(), to: z.number() }).optional(),
})

export const curvesAnswer = z.object({
  journalId: z.number(),
  /** `seconds` of every curve counts from here. */
  since: z.date(),
  curves: z.array(packedCurve),
  /** Points before and after the reduction, for the caption; equal where nothing was left out. */
  reduced: z.object({ from: z.number(), to: z.number() }),
})
