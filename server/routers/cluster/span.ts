import { z } from 'zod'

/** A span of time of at most 31 days. */
export const span = z
  .object({ from: z.date(), to: z.date() })
  .refine((one) => one.from < one.to, { path: ['to'], error: 'The end must be after the start.' })
  .refine((one) => one.to.getTime() - one.from.getTime() <= 31 * 24 * 3600_000, {
    path: ['from'],
    error: 'A span has at most 31 days.',
  })
