import { z } from 'zod'
import { database } from '../../db/client'
import { lastJournalId } from '../../db/journal'
import { person } from '../../trpc/procedures'
import { decisionRow, loadDecisions } from '../../views/decision-row'
import { deploymentSummary, loadDeployments } from '../../views/deployment-summary'
import { loadNodes, nodeRow } from '../../views/node-row'
import { loadSweeps, sweepSummary } from '../../views/sweep-summary'
import { loadUtilisation, utilisationSeries } from '../../views/utilisation'
import { visibleProjects } from '../../views/visible-projects'

const ACTIVE_LIMIT = 50
const RECENT_LIMIT = 8
const HOUR_MS = 3600_000
const CELLS = 60

export const getOverviewOutput = z.object({
  journalId: z.number(),
  now: z.date(),
  running: z.array(sweepSummary),
  waiting: z.array(sweepSummary),
  ended: z.array(sweepSummary),
  /** What serves, or is about to. */
  deployments: z.array(deploymentSummary),
  decisions: z.array(decisionRow),
  nodes: z.array(nodeRow),
  /** Last hour, one cell a minute. */
  utilisation: z.object({ from: z.date(), to: z.date(), series: z.array(utilisationSeries) }),
  /** True until the first own sweep has ended or something is served: the page shows the first steps instead. */
  firstDay: z.object({ active: z.boolean(), hasAgent: z.boolean(), hasSweep: z.boolean() }),
})

/** What runs and when it ends, what waits and why, what ended, what was decided, how busy the GPUs are. */
export const getOverview = person.output(getOverviewOutput).query(async ({ ctx }) => {
  const journalId = await lastJournalId(database().pool)
  const now = new Date()
  const from = new Date(now.getTime() - HOUR_MS)
  const projectIds = await visibleProjects(ctx.principal)
  const [running, waiting, ended, deployments, decisions, nodes, series] = await Promise.all([
    loadSweeps(projectIds, { states: ['running'], limit: ACTIVE_LIMIT }),
    loadSweeps(projectIds, { states: ['waiting'], limit: ACTIVE_LIMIT }),
    loadSweeps(projectIds, { states: ['done', 'failed', 'cancelled'], limit: RECENT_LIMIT }),
    loadDeployments(projectIds, { states: ['waiting', 'running'], limit: ACTIVE_LIMIT }),
    loadDecisions({ projectIds, peers: false, limit: 20 }),
    loadNodes(),
    loadUtilisation(from, now, CELLS),
  ])
  return {
    journalId,
    now,
    running,
    waiting,
    ended,
    deployments,
    decisions,
    nodes,
    utilisation: { from, to: now, series },
    firstDay: {
      active: ended.length === 0 && deployments.length === 0,
      hasAgent: nodes.some((node) => node.state === 'alive'),
      hasSweep: running.length + waiting.length + ended.length > 0,
    },
  }
})
