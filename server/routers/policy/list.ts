import { z } from 'zod'
import { POLICIES } from '@/engine/early-exit/policies'
import { person } from '../../trpc/procedures'

/** Early-exit policies as the form shows them. */
export const listPolicies = person
  .output(
    z.array(
      z.object({
        name: z.enum(['none', 'alto', 'asha', 'hyperband', 'median', 'adaptive']),
        label: z.string(),
        summary: z.string(),
        parameters: z.array(
          z.object({
            name: z.string(),
            label: z.string(),
            help: z.string(),
            default: z.number(),
            min: z.number(),
            max: z.number(),
            integer: z.boolean(),
          }),
        ),
      }),
    ),
  )
  .query(() =>
    Object.values(POLICIES).map(({ name, label, summary, parameters }) => ({
      name,
      label,
      summary,
      parameters: Object.entries(parameters).map(([parameter, one]) => ({
        name: parameter,
        ...one,
        integer: one.integer === true,
      })),
    })),
  )
