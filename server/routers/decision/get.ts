import { z } from 'zod'
import { demandRole, person } from '../../trpc/procedures'
import { notFound } from '../../trpc/user-error'
import { decisionRow, loadDecision } from '../../views/decision-row'

export const getDecision = person
  .input(z.strictObject({ id: z.number().int().min(1) }))
  .output(decisionRow)
  .query(async ({ ctx, input }) => {
    const decision = await loadDecision(input.id)
    if (!decision) throw notFound('That decision')
    if (decision.jobId) demandRole(ctx.principal, decision.projectId, 'viewer', 'That decision')
    return decision
  })
