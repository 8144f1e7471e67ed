import { z } from 'zod'
import { issueOneTimeSecret } from '../../auth/one-time-secret'
import { env } from '../../env'
import { onCluster } from '../../trpc/procedures'

const VALID_MS = 15 * 60_000

/** A secret with which one machine may join once, and the command that does it. It is shown this one time. */
export const createJoinToken = onCluster('admin')
  .output(z.object({ token: z.string(), url: z.string(), command: z.string(), expiresAt: z.date() }))
  .mutation(async () => {
    const { secret, expiresAt } = await issueOneTimeSecret('join-node', VALID_MS)
    const url = env().ALTO_AGENT_URL
    return { token: secret, url, expiresAt, command: `alto node join ${url} --token ${secret}` }
  })
