import { z } from 'zod'
import { onRun } from '../../trpc/procedures'
import { makeWish } from '../../wishes/make-wish'

/** Asks the leader for something about a run; the journal tells when it is applied, or why not. */
const wishFor = (kind: 'stop' | 'revive' | 'pin' | 'unpin') =>
  onRun('editor')
    .output(z.object({ wishId: z.number() }))
    .mutation(async ({ ctx, input }) => ({
      wishId: await makeWish({
        kind,
        subject: `run:${input.id}`,
        jobId: ctx.sweepId,
        actorId: ctx.principal.userId,
      }),
    }))

/** Parks the run at its next step boundary. */
export const stopRun = wishFor('stop')
/** Continues a parked run from its exact step; the rule that stopped it may not stop it again. */
export const reviveRun = wishFor('revive')
/** No rule stops a pinned run. */
export const pinRun = wishFor('pin')
export const unpinRun = wishFor('unpin')
