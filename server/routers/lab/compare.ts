import { z } from 'zod'
import { POLICY_NAMES } from '@/engine/early-exit/policy'
import { comparePolicies } from '../../lab/policy-comparison'
import { person } from '../../trpc/procedures'

/** What each early-exit policy saved and lost on the recorded sweeps, for the form. */
export const compareLab = person
  .output(
    z.object({
      recordings: z.number(),
      tasks: z.array(z.string()),
      policies: z.array(
        z.object({
          policy: z.enum(POLICY_NAMES),
          saved: z.number(),
          lossRatio: z.number(),
          worstLossRatio: z.number(),
        }),
      ),
    }),
  )
  .query(() => comparePolicies())
