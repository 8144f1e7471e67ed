import type { Pool, PoolClient } from 'pg'

const BEGIN = {
  write: 'BEGIN',
  /** Everything that it reads is from one instant. */
  snapshot: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
} as const

/** Runs `work` in one transaction: committed where it returns, rolled back where it throws. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  kind: keyof typeof BEGIN = 'write',
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(BEGIN[kind])
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch((lost: Error) => {
      broken = lost
    })
    throw error
  } finally {
    client.release(broken)
  }
}
