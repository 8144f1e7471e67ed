import { setTimeout as wait } from 'node:timers/promises'
import { database } from '../db/client'

export type WishOutcome = { state: 'applied' } | { state: 'refused'; refusal: string } | { state: 'waiting' }

const POLL_MS = 50

/** Waits until the leader has applied a wish; `waiting` where it has not within the time. */
export async function awaitWish(wishId: number, timeoutMs: number): Promise<WishOutcome> {
  const { prisma } = database()
  for (const until = Date.now() + timeoutMs; ; await wait(POLL_MS)) {
    const wish = await prisma.wish.findUnique({ where: { id: wishId } })
    if (wish?.refusal) return { state: 'refused', refusal: wish.refusal }
    if (wish?.appliedAt) return { state: 'applied' }
    if (Date.now() > until) return { state: 'waiting' }
  }
}
