import { describe, expect, it } from 'vitest'
import { aNode } from '../../test/builders/tuning-snapshot'
import { executorSites } from './executor-sites'

const bare = (nodes: readonly ReturnType<typeof aNode>[], ...not: string[]) =>
  new Set(nodes.flatMap((node) => node.gpus.map(({ id }) => id)).filter((id) => !not.includes(id)))

describe('executorSites', () => {
  it('[K3] an executor lies on one node where one has so many GPUs', () => {
    const nodes = [aNode('n0', 3), aNode('n1', 2)]
    expect(executorSites(bare(nodes), 2, nodes)).toEqual([
      ['n0/0', 'n0/1'],
      ['n1/0', 'n1/1'],
    ])
    expect(executorSites(bare(nodes, 'n0/0', 'n0/1'), 2, nodes)).toEqual([['n1/0', 'n1/1']])
    expect(executorSites(bare(nodes, 'n0/0', 'n1/0'), 3, nodes)).toEqual([])
  })

  it('[K15] where no node has so many it lies on several, filled one after the other', () => {
    const nodes = [aNode('n0', 2), aNode('n1', 2), aNode('n2', 2)]
    expect(executorSites(bare(nodes), 3, nodes)).toEqual([
      ['n0/0', 'n0/1', 'n1/0'],
      ['n1/1', 'n2/0', 'n2/1'],
    ])
    const lost = [aNode('n0', 2, { state: 'lost' }), aNode('n1', 2)]
    expect(executorSites(bare(lost), 3, lost)).toEqual([])
  })
})
