import { sweepSpec } from '@/contracts/sweep-spec'
import type { Database } from '@/server/db/client'
import { expandSpec } from '@/server/sweeps/expand-spec'

/** A sweep that waits, with the reason that the planner would have stored. */
export async function insertSweepSpec(
  { prisma }: Database,
  waiting: { projectId: string; userId: string; name: string; now: Date; hold: object },
): Promise<string> {
  const spec = sweepSpec.parse({
    name: waiting.name,
    model: 'builtin/tiny-llama',
    dataset: 'builtin/sentiment',
    parameters: { learning_rate: { values: [1e-4, 5e-4] }, rank: { values: [8, 16] } },
    gpus: 8,
  })
  const job = await prisma.job.create({
    data: {
      projectId: waiting.projectId,
      kind: 'sweep',
      name: waiting.name,
      gpus: 8,
      createdById: waiting.userId,
      createdAt: new Date(waiting.now.getTime() - 600_000),
      hold: waiting.hold,
      sweep: {
        create: {
          spec: spec as object,
          model: spec.model,
          dataset: spec.dataset,
          method: spec.method,
          evaluations: spec.evaluations,
          runs: {
            create: expandSpec(spec).map((params, index) => ({
              number: index + 1,
              params: params as object,
            })),
          },
        },
      },
    },
  })
  return job.id
}
