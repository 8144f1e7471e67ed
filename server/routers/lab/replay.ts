import { z } from 'zod'
import { runLab } from '@/engine/early-exit/lab'
import { parsePolicyParams } from '@/engine/early-exit/parse-params'
import { POLICIES } from '@/engine/early-exit/policies'
import { POLICY_NAMES } from '@/engine/early-exit/policy'
import { STOP_REASONS } from '@/engine/model/reasons'
import { shippedRecordings } from '../../lab/recordings'
import { person } from '../../trpc/procedures'
import { UserError } from '../../trpc/user-error'

const winner = z.object({ config: z.string(), valLoss: z.number() })

/** What a policy with these parameters does to the recorded sweeps; nothing is trained. */
export const replayLab = person
  .input(
    z.object({
      policy: z.enum(POLICY_NAMES),
      params: z.record(z.string().max(40), z.number()).default({}),
      slots: z.int().min(1).max(1000).optional(),
    }),
  )
  .output(
    z.object({
      saved: z.number(),
      meanExcess: z.number(),
      worstExcess: z.number(),
      winnersLost: z.number(),
      sweeps: z.array(
        z.object({
          task: z.string(),
          saved: z.number(),
          excess: z.number(),
          winnerKept: z.boolean(),
          bestFull: winner,
          bestFound: winner,
          runs: z.array(
            z.object({ config: z.string(), share: z.number(), reason: z.enum(STOP_REASONS).optional() }),
          ),
        }),
      ),
    }),
  )
  .query(async ({ input }) => {
    const policy = POLICIES[input.policy]
    const parsed = parsePolicyParams(policy, input.params)
    if (!parsed.ok)
      throw new UserError(parsed.problems[0]!.message, {
        code: 'BAD_REQUEST',
        field: ['params', parsed.problems[0]!.field],
      })
    const result = runLab(await shippedRecordings(), policy, parsed.params, { slots: input.slots })
    return { ...result, sweeps: result.sweeps.map((sweep) => ({ ...sweep, runs: [...sweep.runs] })) }
  })
