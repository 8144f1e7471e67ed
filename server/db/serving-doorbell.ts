import type { Pool, PoolClient } from 'pg'

/** Requests came, were cancelled, or a deployment changed: the leader's serving loop looks now. */
export const SERVING_CHANNEL = 'alto_serving'

/** As the last statement of the transaction that wrote what it should see. */
export async function ringServing(client: Pool | PoolClient): Promise<void> {
  await client.query(`NOTIFY ${SERVING_CHANNEL}`)
}
