import { random } from '@/engine/random'
import type { Database } from '@/server/db/client'

/** Forecasts that a sweep would have had on its way, as journal facts; all of them invented. */
export async function forecastHistory(
  { prisma }: Database,
  sweep: { id: string; startedAt: Date; until: Date; end: Date; seed: number },
): Promise<void> {
  const source = random(`forecasts ${sweep.seed}`)
  const count = 18
  const span = sweep.until.getTime() - sweep.startedAt.getTime()
  const drift = 1 + 0.25 * source.normal()
  await prisma.journal.createMany({
    data: Array.from({ length: count }, (_, index) => {
      const at = new Date(sweep.startedAt.getTime() + (span * (index + 0.5)) / count)
      const left = Math.max(30, (sweep.end.getTime() - at.getTime()) / 1000)
      const off = 1 + ((drift - 1) * (count - index)) / count + 0.03 * source.normal()
      const p50 = left * Math.max(0.4, off)
      const remaining = { p10: p50 * 0.82, p50, p90: p50 * 1.24 }
      return { kind: 'forecast', jobId: sweep.id, at, data: remaining }
    }),
  })
}
