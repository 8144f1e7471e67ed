import { z } from 'zod'
import type { PlanInstance } from '../../engine/cluster/instance'
import { InputError } from '../errors'

const LARGEST_CLUSTER = 1_000_000
const MOST_TASKS = 100_000

const id = z.string({ error: 'must be a text' }).min(1, 'must not be empty')
const count = (most: number) =>
  z.int({ error: 'must be a whole number' }).min(1, 'must be at least 1').max(most, `must be at most ${most}`)
const finite = z.number({ error: 'must be a number' })

const instanceSchema = z.strictObject(
  {
    nodes: z
      .array(z.strictObject({ id, gpus: count(LARGEST_CLUSTER) }), { error: 'must be a list of nodes' })
      .min(1, 'must name at least one node'),
    tasks: z
      .array(
        z.strictObject({
          id,
          gpus: count(LARGEST_CLUSTER),
          duration: finite.gt(0, 'must be above 0 seconds'),
          release: finite.min(0, 'must be at least 0 seconds').default(0),
          priority: finite.default(0),
        }),
        { error: 'must be a list of tasks' },
      )
      .max(MOST_TASKS, `must have at most ${MOST_TASKS} tasks`),
    spread: z.boolean({ error: 'must be true or false' }).default(true),
  },
  { error: 'must be an object with nodes and tasks' },
)

/**
 * Reads an instance of `alto plan`.
 *
 * @throws InputError with one sentence that names the field
 */
export function readInstance(text: string, source: string): PlanInstance {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InputError(`${source} is not JSON.`)
  }
  const parsed = instanceSchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    if (issue.code === 'unrecognized_keys') {
      throw new InputError(`${fieldName([...issue.path, issue.keys[0]!])} is not a field of an instance.`)
    }
    throw new InputError(`${fieldName(issue.path)} ${issue.message}${withId(value, issue.path)}.`)
  }
  const instance = parsed.data
  refuseRepeats('nodes', instance.nodes)
  refuseRepeats('tasks', instance.tasks)
  refuseTooWide(instance)
  return instance
}

function refuseRepeats(field: 'nodes' | 'tasks', items: readonly { id: string }[]): void {
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    if (seen.has(item.id))
      throw new InputError(`${field}[${index}].id ${item.id} is used twice; ids must differ.`)
    seen.add(item.id)
  }
}

function refuseTooWide({ nodes, tasks, spread }: PlanInstance): void {
  const all = nodes.reduce((sum, node) => sum + node.gpus, 0)
  if (all > LARGEST_CLUSTER)
    throw new InputError(`nodes have ${all} GPUs; at most ${LARGEST_CLUSTER} can be planned.`)
  const widest = nodes.reduce((most, node) => Math.max(most, node.gpus), 0)
  const limit = spread ? all : widest
  const wide = tasks.findIndex((task) => task.gpus > limit)
  if (wide < 0) return
  const { id, gpus } = tasks[wide]!
  const place = spread ? `the cluster has ${all}` : `the largest node has ${widest} and spread is false`
  throw new InputError(`tasks[${wide}].gpus: ${id} needs ${gpus} GPUs and ${place}.`)
}

function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'The instance'
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`,
    )
    .join('')
}

/** The id of the task or node that the path leads into, where it has one. */
function withId(value: unknown, path: readonly PropertyKey[]): string {
  const [list, index, field] = path
  if (typeof list !== 'string' || typeof index !== 'number' || field === 'id') return ''
  const item = (value as Record<string, { id?: unknown }[]>)[list]?.[index]
  return typeof item?.id === 'string' ? ` (${item.id})` : ''
}
