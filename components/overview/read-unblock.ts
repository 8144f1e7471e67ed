import type { Hold } from '@/engine/model/plan'
import type { NodeRow } from '@/server/views/node-row'
import type { SweepSummary } from '@/server/views/sweep-summary'

type Unblock = NonNullable<Hold['unblock']>

const ACTIONS: readonly string[] = ['end-drain', 'ask-gpus', 'raise-priority', 'add-node']
const isAction = (action: string): action is Unblock['action'] => ACTIONS.includes(action)

/**
 * The change that the plan stored for a waiting sweep, with a node by its name; `null` where there is none or where it
 * no longer makes sense: the node is gone or open, or the number is none.
 */
export function readUnblock(
  sweep: Pick<SweepSummary, 'hold' | 'gpus' | 'priority'>,
  nodes: readonly Pick<NodeRow, 'id' | 'name' | 'scheduling'>[],
): (Unblock & { id: string }) | null {
  const stored = sweep.hold?.unblock
  if (!stored || !isAction(stored.action)) return null
  const { action, target, effect } = stored
  if (action === 'end-drain') {
    const node = nodes.find((one) => one.id === target || one.name === target)
    return node && node.scheduling !== 'open' ? { action, effect, target: node.name, id: node.id } : null
  }
  const value = Number(target)
  if (!Number.isInteger(value)) return null
  if (action === 'ask-gpus' && (value < 1 || value === sweep.gpus)) return null
  if (action === 'raise-priority' && (value <= sweep.priority || value > 100)) return null
  return { action, target, effect, id: target }
}
