import { random } from '@/engine/random'
import type { Database } from '@/server/db/client'

const GIB = 1024 ** 3
const SAMPLE_SECONDS = 20

/** Nodes with GPUs and two hours of measurements, all invented: the label `seeded` says so. */
export async function seedNodes(
  { prisma }: Database,
  options: { nodes: number; gpusPerNode: number; now: Date; hours: number },
): Promise<{ nodeId: string; gpuIds: string[] }[]> {
  const cluster = await prisma.cluster.findFirstOrThrow()
  const made: { nodeId: string; gpuIds: string[] }[] = []
  for (let number = 1; number <= options.nodes; number++) {
    const name = `n${number}`
    const node = await prisma.node.create({
      data: {
        clusterId: cluster.id,
        name,
        agentVersion: '0.1.0',
        cpuCores: 96,
        memoryBytes: BigInt(1024 * GIB),
        labels: { seeded: 'true' },
        lastSeenAt: options.now,
      },
    })
    const gpuIds = Array.from({ length: options.gpusPerNode }, (_, index) => `${name}/${index}`)
    await prisma.gpu.createMany({
      data: gpuIds.map((id, index) => ({
        id,
        nodeId: node.id,
        index,
        kind: 'cuda',
        name: 'NVIDIA H200 (seeded)',
        memoryBytes: BigInt(141 * GIB),
      })),
    })
    await prisma.gpuSample.createMany({ data: samples(node.id, options) })
    made.push({ nodeId: node.id, gpuIds })
  }
  return made
}

function samples(nodeId: string, options: { gpusPerNode: number; now: Date; hours: number }) {
  const source = random(`samples of ${options.gpusPerNode}`)
  const count = Math.floor((options.hours * 3600) / SAMPLE_SECONDS)
  return Array.from({ length: options.gpusPerNode }, (_, index) => index).flatMap((index) =>
    Array.from({ length: count }, (_, back) => {
      const busy =
        index === options.gpusPerNode - 1 && back > count * 0.35 && back < count * 0.55 ? 0.02 : 0.93
      return {
        nodeId,
        index,
        at: new Date(options.now.getTime() - back * SAMPLE_SECONDS * 1000),
        utilisation: Math.min(1, Math.max(0, busy + 0.04 * source.normal())),
        memoryUsedBytes: BigInt(Math.round((busy > 0.5 ? 96 : 3) * GIB + 2 * GIB * source.next())),
        temperatureC: Math.round(busy > 0.5 ? 66 + 4 * source.next() : 38 + 2 * source.next()),
        powerW: Math.round(busy > 0.5 ? 590 + 40 * source.normal() : 95 + 4 * source.normal()),
      }
    }),
  )
}
