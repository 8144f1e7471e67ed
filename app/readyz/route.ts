import { database } from '@/server/db/client'

export const dynamic = 'force-dynamic'

/** The process answers and reaches the database. */
export async function GET(): Promise<Response> {
  try {
    await database().pool.query('SELECT 1')
    return Response.json({ ready: true })
  } catch {
    return Response.json({ ready: false, message: 'The database does not answer.' }, { status: 503 })
  }
}
