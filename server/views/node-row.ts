import { z } from 'zod'
import { database } from '../db/client'

export const nodeRow = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['alive', 'disconnected', 'lost']),
  scheduling: z.enum(['open', 'cordoned', 'draining']),
  agentVersion: z.string(),
  cpuCores: z.number(),
  memoryBytes: z.number(),
  labels: z.record(z.string(), z.string()),
  lastSeenAt: z.date(),
  createdAt: z.date(),
  /** GPU processes that nobody knows, as the node's agent saw them last. */
  strangers: z.array(
    z.object({
      index: z.number(),
      pid: z.number(),
      name: z.string(),
      memoryBytes: z.number().nullable(),
    }),
  ),
  gpus: z.array(
    z.object({
      id: z.string(),
      index: z.number(),
      kind: z.enum(['cuda', 'cpu']),
      name: z.string(),
      memoryBytes: z.number(),
      /** Newest measurement; `null` values where the device does not tell. */
      now: z
        .object({
          at: z.date(),
          utilisation: z.number().nullable(),
          memoryUsedBytes: z.number().nullable(),
          temperatureC: z.number().nullable(),
          powerW: z.number().nullable(),
        })
        .nullable(),
      /** Jobs that hold it now. */
      heldBy: z.array(z.object({ jobId: z.string(), name: z.string() })),
    }),
  ),
})

export type NodeRow = z.infer<typeof nodeRow>

/** All nodes with their devices, the newest sample of each and who holds it. */
export async function loadNodes(): Promise<NodeRow[]> {
  const { prisma, pool } = database()
  const [nodes, samples, holders] = await Promise.all([
    prisma.node.findMany({ include: { gpus: { orderBy: { index: 'asc' } } }, orderBy: { name: 'asc' } }),
    pool.query<{
      gpuId: string
      at: Date
      utilisation: number | null
      memoryUsedBytes: number | null
      temperatureC: number | null
      powerW: number | null
    }>(
      `SELECT g."id" AS "gpuId", s."at", s."utilisation", s."memoryUsedBytes", s."temperatureC", s."powerW"
       FROM "Gpu" g CROSS JOIN LATERAL (
         SELECT * FROM "GpuSample" WHERE "nodeId" = g."nodeId" AND "index" = g."index" ORDER BY "at" DESC LIMIT 1) s`,
    ),
    pool.query<{ gpuId: string; jobId: string; name: string }>(
      `SELECT unnest(p."gpuIds") AS "gpuId", j."id" AS "jobId", j."name" FROM "Placement" p
       JOIN "Job" j ON j."id" = p."jobId" WHERE p."endedAt" IS NULL`,
    ),
  ])
  const sampleOf = new Map(samples.rows.map(({ gpuId, ...sample }) => [gpuId, sample]))
  return nodes.map((node) => ({
    id: node.id,
    name: node.name,
    state: node.state,
    scheduling: node.scheduling,
    agentVersion: node.agentVersion,
    cpuCores: node.cpuCores,
    memoryBytes: Number(node.memoryBytes),
    labels: node.labels as Record<string, string>,
    lastSeenAt: node.lastSeenAt,
    createdAt: node.createdAt,
    strangers: node.strangers as NodeRow['strangers'],
    gpus: node.gpus.map((gpu) => ({
      id: gpu.id,
      index: gpu.index,
      kind: gpu.kind === 'cuda' ? ('cuda' as const) : ('cpu' as const),
      name: gpu.name,
      memoryBytes: Number(gpu.memoryBytes),
      now: sampleOf.get(gpu.id) ?? null,
      heldBy: holders.rows.filter((row) => row.gpuId === gpu.id).map(({ jobId, name }) => ({ jobId, name })),
    })),
  }))
}
