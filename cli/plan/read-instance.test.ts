import { describe, expect, it } from 'vitest'
import { InputError } from '../errors'
import { readInstance } from './read-instance'

const NODES = [{ id: 'n0', gpus: 8 }]
const TASK = { id: 't1', gpus: 4, duration: 120.5 }
const read = (value: unknown) =>
  readInstance(typeof value === 'string' ? value : JSON.stringify(value), 'plan.json')
const refusal = (value: unknown): string => {
  try {
    read(value)
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  return 'accepted'
}

describe('readInstance', () => {
  it('[P15] fills in release, priority and spread', () => {
    expect(read({ nodes: NODES, tasks: [TASK] })).toEqual({
      nodes: NODES,
      tasks: [{ ...TASK, release: 0, priority: 0 }],
      spread: true,
    })
    expect(read({ nodes: NODES, tasks: [] }).tasks).toEqual([])
  })

  it.each([
    ['{', 'plan.json is not JSON.'],
    [[], 'The instance must be an object with nodes and tasks.'],
    [{ tasks: [] }, 'nodes must be a list of nodes.'],
    [{ nodes: [], tasks: [] }, 'nodes must name at least one node.'],
    [{ nodes: [{ id: 'n0', gpus: 0 }], tasks: [] }, 'nodes[0].gpus must be at least 1 (n0).'],
    [{ nodes: NODES, tasks: [{ ...TASK, gpus: 1.5 }] }, 'tasks[0].gpus must be a whole number (t1).'],
    [{ nodes: NODES, tasks: [{ ...TASK, duration: 0 }] }, 'tasks[0].duration must be above 0 seconds (t1).'],
    [{ nodes: NODES, tasks: [{ ...TASK, duration: null }] }, 'tasks[0].duration must be a number (t1).'],
    [
      { nodes: NODES, tasks: [{ ...TASK, release: -1 }] },
      'tasks[0].release must be at least 0 seconds (t1).',
    ],
    [{ nodes: NODES, tasks: [{ ...TASK, deadline: 3 }] }, 'tasks[0].deadline is not a field of an instance.'],
    [{ nodes: NODES, tasks: [TASK, TASK] }, 'tasks[1].id t1 is used twice; ids must differ.'],
    [{ nodes: [...NODES, ...NODES], tasks: [] }, 'nodes[1].id n0 is used twice; ids must differ.'],
    [
      { nodes: NODES, tasks: [{ ...TASK, gpus: 9 }] },
      'tasks[0].gpus: t1 needs 9 GPUs and the cluster has 8.',
    ],
    [
      {
        nodes: [
          { id: 'a', gpus: 2 },
          { id: 'b', gpus: 3 },
        ],
        tasks: [TASK],
        spread: false,
      },
      'tasks[0].gpus: t1 needs 4 GPUs and the largest node has 3 and spread is false.',
    ],
    [{ nodes: NODES, tasks: [], spread: 'no' }, 'spread must be true or false.'],
  ])('[P2] refuses %j with the field', (value, message) => {
    expect(refusal(value)).toBe(message)
  })
})
