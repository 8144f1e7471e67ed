import { router } from '../../trpc/init'
import { createJoinToken } from './join-token'
import { listNodes } from './nodes'
import { cordonNode, drainNode, openNode } from './scheduling'
import { clusterTimeline } from './timeline'
import { clusterUtilisation } from './utilisation'

export const clusterRouter = router({
  nodes: listNodes,
  timeline: clusterTimeline,
  utilisation: clusterUtilisation,
  joinToken: createJoinToken,
  drain: drainNode,
  cordon: cordonNode,
  open: openNode,
})
