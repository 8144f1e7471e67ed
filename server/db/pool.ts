import { Pool, types } from 'pg'

const INT8 = types.builtins.INT8

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value))
    throw new RangeError(`The database holds ${text}, beyond what a number keeps exact.`)
  return value
}

/** Like the driver's own parsers, but `bigint` becomes a number: ids and bytes stay far below 2^53. */
const getTypeParser: typeof types.getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (format !== 'binary' && oid === INT8) return safeInteger
  return types.getTypeParser(oid, format as 'text') as (text: string) => unknown
}) as typeof types.getTypeParser

/**
 * Connections for named SQL (leases, ingestion, journal) and, through Prisma's adapter, for everything else.
 * An idle connection that breaks is replaced by the pool; its error must be heard, or Node would end the process.
 *
 * @param options.queryTimeoutMs after which a query counts as failed, for who must not wait for a server that is gone
 */
export function openPool(
  url: string,
  options: { max?: number; queryTimeoutMs?: number; onIdleError?: (error: Error) => void } = {},
): Pool {
  const pool = new Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
    types: { getTypeParser },
    application_name: 'alto',
  })
  pool.on('error', (error) => options.onIdleError?.(error))
  // One that is in use tells its error by the failing query; unheard on the client, it would end the process too.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
