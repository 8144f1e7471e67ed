import { z } from 'zod'
import { type DeploymentSettings, deploymentSettings } from '@/contracts/deployment-spec'
import { database } from '../../db/client'
import { writeJournal } from '../../db/journal'
import { ringServing } from '../../db/serving-doorbell'
import { inTransaction } from '../../db/transaction'
import { onDeployment } from '../../trpc/procedures'
import { notFound } from '../../trpc/user-error'

/** Fields that are left out stay as they are; `targets`, `weights` and `deadlinesMs` may be given in part. */
export const updateDeploymentInput = z.object({
  settings: z.record(z.string(), z.unknown()),
})

/** Sets targets, weights, policy and bounds; the next round knows them. */
export const updateDeployment = onDeployment('editor')
  .input(updateDeploymentInput)
  .output(z.object({ settings: deploymentSettings }))
  .mutation(async ({ input }) => {
    const settings = await inTransaction(database().pool, async (client) => {
      const { rows } = await client.query<{ settings: Record<string, unknown> }>(
        'SELECT "settings" FROM "Deployment" WHERE "jobId" = $1 FOR UPDATE',
        [input.id],
      )
      if (!rows[0]) throw notFound('That deployment')
      const merged: DeploymentSettings = deploymentSettings.parse(merge(rows[0].settings, input.settings))
      await client.query('UPDATE "Deployment" SET "settings" = $2, "policy" = $3 WHERE "jobId" = $1', [
        input.id,
        JSON.stringify(merged),
        merged.policy,
      ])
      await writeJournal(client, [{ kind: 'deployment', jobId: input.id, data: { settings: merged } }])
      await ringServing(client)
      return merged
    })
    return { settings }
  })

/** One level deep; `projectWeights` is replaced whole, so that a weight can be taken away. */
function merge(before: Record<string, unknown>, change: Record<string, unknown>): Record<string, unknown> {
  const isPlain = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  return Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(change)])].map((name) => {
      const [old, next] = [before[name], change[name]]
      if (next === undefined) return [name, old]
      if (name === 'projectWeights' || !isPlain(old) || !isPlain(next)) return [name, next]
      return [name, { ...old, ...next }]
    }),
  )
}
