import type { inferRouterOutputs } from '@trpc/server'
import { createCallerFactory, router } from '../trpc/init'
import { auditRouter } from './audit/router'
import { clusterRouter } from './cluster/router'
import { datasetRouter } from './dataset/router'
import { decisionRouter } from './decision/router'
import { deploymentRouter } from './deployment/router'
import { draftRouter } from './draft/router'
import { forecastsRouter } from './forecasts/router'
import { labRouter } from './lab/router'
import { launcherRouter } from './launcher/router'
import { liveRouter } from './live/router'
import { meRouter } from './me/router'
import { modelRouter } from './model/router'
import { overviewRouter } from './overview/router'
import { policyRouter } from './policy/router'
import { projectRouter } from './project/router'
import { regretRouter } from './regret/router'
import { requestRouter } from './request/router'
import { runRouter } from './run/router'
import { searchRouter } from './search/router'
import { setupRouter } from './setup/router'
import { sweepRouter } from './sweep/router'
import { tokenRouter } from './token/router'

export const appRouter = router({
  me: meRouter,
  setup: setupRouter,
  overview: overviewRouter,
  sweep: sweepRouter,
  run: runRouter,
  decision: decisionRouter,
  cluster: clusterRouter,
  model: modelRouter,
  dataset: datasetRouter,
  token: tokenRouter,
  search: searchRouter,
  draft: draftRouter,
  policy: policyRouter,
  lab: labRouter,
  regret: regretRouter,
  forecasts: forecastsRouter,
  project: projectRouter,
  audit: auditRouter,
  deployment: deploymentRouter,
  request: requestRouter,
  launcher: launcherRouter,
  live: liveRouter,
})

export type AppRouter = typeof appRouter

export type RouterOutputs = inferRouterOutputs<AppRouter>

/** For server components and REST: the same procedures, the same authorisation, without HTTP. */
export const createCaller = createCallerFactory(appRouter)
