import type { NodeRow } from '@/server/views/node-row'
import type { StateName } from '../ui/State'

/** How a node's state is drawn: what is wrong wins over how it is scheduled. */
export function nodeLook(node: Pick<NodeRow, 'state' | 'scheduling' | 'gpus'>): {
  state: StateName
  word: string
} {
  if (node.state === 'disconnected') return { state: 'unreachable', word: 'Unreachable' }
  if (node.state === 'lost') return { state: 'failed', word: 'Lost' }
  if (node.scheduling === 'draining')
    return node.gpus.some((gpu) => gpu.heldBy.length > 0)
      ? { state: 'draining', word: 'Draining' }
      : { state: 'draining', word: 'Drained' }
  if (node.scheduling === 'cordoned') return { state: 'paused', word: 'Cordoned' }
  return node.gpus.some((gpu) => gpu.heldBy.length > 0)
    ? { state: 'running', word: 'Working' }
    : { state: 'done', word: 'Free' }
}

/** "8× NVIDIA H200, 141 GB" or "2 cores, 16 GB". */
export function deviceSentence(node: Pick<NodeRow, 'gpus' | 'cpuCores' | 'memoryBytes'>): string {
  const gpus = node.gpus.filter((gpu) => gpu.kind === 'cuda')
  const gigabytes = (bytes: number) => `${Math.round(bytes / 1e9)} GB`
  if (gpus.length === 0) return `${node.cpuCores} cores, ${gigabytes(node.memoryBytes)}, no GPU`
  return `${gpus.length}× ${gpus[0]!.name}, ${gigabytes(gpus[0]!.memoryBytes)}`
}

/** "GPU 0 is also used by python (process 4711, 12 GB), which Alto did not start." Empty where nobody else is there. */
export function strangersSentence(node: Pick<NodeRow, 'strangers'>): string {
  return node.strangers
    .map(({ index, pid, name, memoryBytes }) => {
      const memory = memoryBytes === null ? '' : `, ${Math.round(memoryBytes / 1e9)} GB`
      return `GPU ${index} is also used by ${name || 'a program'} (process ${pid}${memory}), which Alto did not start.`
    })
    .join(' ')
}
