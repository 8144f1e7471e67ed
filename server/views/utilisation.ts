import { z } from 'zod'
import { database } from '../db/client'

/** One device over time, in equal buckets; `null` where nothing was measured. */
export const utilisationSeries = z.object({
  gpuId: z.string(),
  utilisation: z.array(z.number().nullable()),
  memoryUsedBytes: z.array(z.number().nullable()),
  temperatureC: z.array(z.number().nullable()),
  powerW: z.array(z.number().nullable()),
})

export type UtilisationSeries = z.infer<typeof utilisationSeries>

interface Row {
  gpuId: string
  bucket: number
  utilisation: number | null
  memoryUsedBytes: number | null
  temperatureC: number | null
  powerW: number | null
}

/** Means (memory and temperature: maxima) of every device in `buckets` equal parts of the span. */
export async function loadUtilisation(from: Date, to: Date, buckets: number): Promise<UtilisationSeries[]> {
  const { pool, prisma } = database()
  const [gpus, { rows }] = await Promise.all([
    prisma.gpu.findMany({ orderBy: [{ nodeId: 'asc' }, { index: 'asc' }], select: { id: true } }),
    pool.query<Row>(
      `SELECT g."id" AS "gpuId",
         least($3::int - 1, floor(extract(epoch FROM s."at" - $1::timestamptz) * $3::int
           / extract(epoch FROM $2::timestamptz - $1::timestamptz))::int) AS "bucket",
         avg(s."utilisation") AS "utilisation", max(s."memoryUsedBytes") AS "memoryUsedBytes",
         max(s."temperatureC") AS "temperatureC", avg(s."powerW") AS "powerW"
       FROM "GpuSample" s JOIN "Gpu" g ON g."nodeId" = s."nodeId" AND g."index" = s."index"
       WHERE s."at" >= $1 AND s."at" < $2 GROUP BY 1, 2`,
      [from, to, buckets],
    ),
  ])
  const empty = () => Array.from({ length: buckets }, (): number | null => null)
  const series = new Map(
    gpus.map(({ id }): [string, UtilisationSeries] => [
      id,
      { gpuId: id, utilisation: empty(), memoryUsedBytes: empty(), temperatureC: empty(), powerW: empty() },
    ]),
  )
  for (const row of rows) {
    const one = series.get(row.gpuId)
    if (!one) continue
    one.utilisation[row.bucket] = row.utilisation
    one.memoryUsedBytes[row.bucket] = row.memoryUsedBytes
    one.temperatureC[row.bucket] = row.temperatureC
    one.powerW[row.bucket] = row.powerW
  }
  return [...series.values()]
}
