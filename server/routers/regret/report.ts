import { z } from 'zod'
import { auditReport } from '@/engine/early-exit/regret-audit'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { person } from '../../trpc/procedures'
import { asStop, auditedStop, loadAuditedStops } from '../../views/audited-stops'
import { visibleProjects } from '../../views/visible-projects'

/** How many of the audited stops would have won their sweep, pooled over sweeps, and each of them. */
export const regretReport = person
  .output(
    z.object({
      journalId: z.number(),
      pooled: z.object({
        /** Stops with a verdict; those that would have won; those that still train. */
        audited: z.number(),
        won: z.number(),
        pending: z.number(),
        /** Largest relative loss by one of the stops. */
        worstExcess: z.number(),
        /** Share that would have won, 0 of none, with its 95% interval. */
        share: z.number(),
        low: z.number(),
        high: z.number(),
      }),
      stops: z.array(auditedStop),
    }),
  )
  .query(async ({ ctx }) => {
    const journalId = await lastJournalId(database().pool)
    const stops = await loadAuditedStops(await visibleProjects(ctx.principal))
    const counted = stops.filter(({ verdict }) => verdict !== 'none')
    return { journalId, pooled: auditReport(counted.map(asStop)), stops }
  })
