import { z } from 'zod'

const DAY_MS = 86_400_000

/** A span of time in equal parts, of one deployment. */
export const deploymentSpan = z
  .object({
    id: z.string().min(1).max(64),
    from: z.coerce.date(),
    to: z.coerce.date(),
    buckets: z.coerce.number().int().min(1).max(200).default(48),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'The end must be after the beginning.' })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= 31 * DAY_MS, {
    path: ['from'],
    error: 'Ask for at most 31 days.',
  })
