import { random } from '@/engine/random'
import type { Database } from '@/server/db/client'

/** Some stopped runs of an ended sweep, as if they had gone on quietly for the audit. Invented. */
export async function auditedStops({ prisma }: Database, sweepId: string, count: number): Promise<void> {
  const source = random(`audit ${count}`)
  const stopped = await prisma.run.findMany({
    where: { sweepId, stopReason: 'underperforming' },
    orderBy: { number: 'asc' },
    take: count,
  })
  for (const [index, run] of stopped.entries()) {
    const waits = index === count - 1
    await prisma.run.update({
      where: { id: run.id },
      data: {
        audited: true,
        state: waits ? 'waiting' : 'done',
        samples: waits ? run.samples : (run.fullSamples ?? run.samples),
        // One of them turns out to have been wrong.
        bestValLoss: (run.bestValLoss ?? 1) * (waits ? 1 : index === 3 ? 0.38 : 0.72 + 0.2 * source.next()),
      },
    })
    const decision = await prisma.decision.findUniqueOrThrow({ where: { id: run.stopDecisionId! } })
    await prisma.decision.update({
      where: { id: decision.id },
      data: {
        sentence: `Would stop, and goes on quietly for the audit: ${decision.sentence}`,
        seen: { ...(decision.seen as object), audited: true },
      },
    })
  }
}
