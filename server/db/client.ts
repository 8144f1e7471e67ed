import { PrismaPg } from '@prisma/adapter-pg'
import type { Pool } from 'pg'
import { PrismaClient } from '../../generated/prisma/client'
import { openPool } from './pool'

export interface Database {
  prisma: PrismaClient
  /** For named SQL; `bigint` columns arrive as numbers here, as `bigint` through Prisma. */
  pool: Pool
  close(): Promise<void>
}

/** A database that is frozen answers nothing: whoever waits for a page is told so instead of nothing. */
const QUERY_TIMEOUT_MS = 60_000

/** Prisma over a pool of our own, so that plain SQL and Prisma share its connections. */
export function openDatabase(url: string, options: { max?: number; queryTimeoutMs?: number } = {}): Database {
  const pool = openPool(url, options)
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    prisma,
    pool,
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

const holder = globalThis as typeof globalThis & { altoDatabase?: Database }

/**
 * The database of this process, opened on first use from `DATABASE_URL`. Kept on `globalThis`, since a development
 * server loads modules again at each change.
 */
export function database(): Database {
  if (!holder.altoDatabase) {
    const url = process.env.DATABASE_URL
    if (!url) throw new Error('DATABASE_URL is not set: start with `alto up`, which sets it.')
    holder.altoDatabase = openDatabase(url, { queryTimeoutMs: QUERY_TIMEOUT_MS })
  }
  return holder.altoDatabase
}
