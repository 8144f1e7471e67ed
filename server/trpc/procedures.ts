/**
 * The one place of authorisation. A procedure is built from one of these, which says who may call it:
 * nobody signed in (`open`), anyone signed in (`person`), a role in the project of the thing that the input names
 * (`inProject`, `onJob`, `onRun`, `onDataset`, `onDeployment`, `toDeployment`, `onRequest`), or a role over the shared
 * cluster (`onCluster`).
 * A thing of a foreign project is answered as if it did not exist.
 */
import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { clusterRole, type Principal, roleIn } from '../auth/principal'
import { covers, type Role } from '../auth/roles'
import { database } from '../db/client'
import { audited, type Trail } from './audited'
import { t } from './init'
import { storableInput } from './storable-input'
import { notFound, UserError } from './user-error'

/** Everything is made from this: no mutation leaves no trace, and no input is beyond what can be stored. */
const recorded = t.procedure.use(storableInput).use(audited)

export const open = recorded.meta({ scope: 'public' })

const signedIn = t.middleware(({ ctx, next }) => {
  if (!ctx.principal) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' })
  return next({ ctx: { ...ctx, principal: ctx.principal } })
})

export const person = recorded.meta({ scope: 'person' }).use(signedIn)

/** @throws a refusal that does not tell a stranger whether the thing exists. */
export function demandRole(principal: Principal, projectId: string | null, role: Role, what: string): void {
  const has = projectId === null ? null : roleIn(principal, projectId)
  if (has === null) throw notFound(what)
  if (!covers(has, role))
    throw new UserError(
      `This needs the role ${role}, and you are ${has}. An admin of the project can change that.`,
      {
        code: 'FORBIDDEN',
      },
    )
}

/** The same, noting in the trail whose thing it is. */
function demandOf(
  ctx: { principal: Principal; trail: Trail },
  projectId: string | null,
  role: Role,
  what: string,
) {
  if (projectId !== null && roleIn(ctx.principal, projectId)) ctx.trail.projectId = projectId
  demandRole(ctx.principal, projectId, role, what)
}

/** The project that a request names, else the first that the person belongs to. */
async function projectOf(principal: Principal, named: string | undefined): Promise<string | null> {
  if (named) return named
  const [first] = await database().prisma.project.findMany({
    ...(principal.isOwner ? {} : { where: { id: { in: [...principal.memberships.keys()] } } }),
    orderBy: { createdAt: 'asc' },
    take: 1,
    select: { id: true },
  })
  return first?.id ?? null
}

/** Adds `ctx.projectId`. */
export const inProject = (role: Role) =>
  recorded
    .meta({ scope: 'project', role })
    .use(signedIn)
    .input(z.object({ projectId: z.string().max(40).optional() }).optional())
    .use(async ({ ctx, input, next }) => {
      const projectId = await projectOf(ctx.principal, input?.projectId)
      demandOf(ctx, projectId, role, 'That project')
      return next({ ctx: { ...ctx, projectId: projectId! } })
    })

const byId = z.object({ id: z.string().min(1).max(64) })

/** For an input with the `id` of a job (a sweep). Adds `ctx.projectId`. */
export const onJob = (role: Role) =>
  recorded
    .meta({ scope: 'project', role })
    .use(signedIn)
    .input(byId)
    .use(async ({ ctx, input, next }) => {
      const job = await database().prisma.job.findUnique({
        where: { id: input.id },
        select: { projectId: true },
      })
      demandOf(ctx, job?.projectId ?? null, role, 'That sweep')
      return next({ ctx: { ...ctx, projectId: job!.projectId } })
    })

/** For an input with the `id` of a run. Adds `ctx.sweepId` and `ctx.projectId`. */
export const onRun = (role: Role) =>
  recorded
    .meta({ scope: 'project', role })
    .use(signedIn)
    .input(byId)
    .use(async ({ ctx, input, next }) => {
      const run = await database().prisma.run.findUnique({
        where: { id: input.id },
        select: { sweepId: true, sweep: { select: { job: { select: { projectId: true } } } } },
      })
      const projectId = run?.sweep.job.projectId ?? null
      demandOf(ctx, projectId, role, 'That run')
      return next({ ctx: { ...ctx, sweepId: run!.sweepId, projectId: projectId! } })
    })

/** For an input with the `id` of a deployment. Adds `ctx.projectId`. */
export const onDeployment = (role: Role) =>
  recorded
    .meta({ scope: 'project', role })
    .use(signedIn)
    .input(byId)
    .use(async ({ ctx, input, next }) => {
      const projectId = await projectOfDeployment(input.id)
      demandOf(ctx, projectId, role, 'That deployment')
      return next({ ctx: { ...ctx, projectId: projectId! } })
    })

async function projectOfDeployment(id: string): Promise<string | null> {
  const deployment = await database().prisma.deployment.findUnique({
    where: { jobId: id },
    select: { job: { select: { projectId: true } } },
  })
  return deployment?.job.projectId ?? null
}

/**
 * For requests to a deployment: whoever may see it may use it, for a project in which they have `role`; its own where
 * none is named. Adds `ctx.projectId`, that of the requests.
 */
export const toDeployment = (role: Role) =>
  recorded
    .meta({ scope: 'project', role })
    .use(signedIn)
    .input(z.object({ deploymentId: z.string().min(1).max(64), projectId: z.string().max(40).optional() }))
    .use(async ({ ctx, input, next }) => {
      const home = await projectOfDeployment(input.deploymentId)
      demandRole(ctx.principal, home, 'viewer', 'That deployment')
      const projectId = input.projectId ?? home!
      demandOf(ctx, projectId, role, 'That project')
      return next({ ctx: { ...ctx, projectId } })
    })

/** For an input with the `id` of a request. Adds `ctx.deploymentId` and `ctx.projectId`. */
export const onRequest = (role: Role) =>
  recorded
    .meta({ scope: 'project', role })
    .use(signedIn)
    .input(byId)
    .use(async ({ ctx, input, next }) => {
      const request = await database().prisma.request.findUnique({
        where: { id: input.id },
        select: { deploymentId: true, projectId: true },
      })
      demandOf(ctx, request?.projectId ?? null, role, 'That request')
      return next({ ctx: { ...ctx, ...request! } })
    })

/** For an input with the `id` of an uploaded data set. */
export const onDataset = (role: Role) =>
  recorded
    .meta({ scope: 'project', role })
    .use(signedIn)
    .input(byId)
    .use(async ({ ctx, input, next }) => {
      const dataset = await database().prisma.dataset.findUnique({ where: { id: input.id } })
      demandOf(ctx, dataset?.projectId ?? null, role, 'That data set')
      return next({ ctx: { ...ctx, dataset: dataset! } })
    })

/** Nodes are shared by all projects. */
export const onCluster = (role: Role) =>
  recorded
    .meta({ scope: 'cluster', role })
    .use(signedIn)
    .use(({ ctx, next }) => {
      const has = clusterRole(ctx.principal)
      if (has === null || !covers(has, role))
        throw new UserError(`This needs the role ${role}. An admin can give it to you.`, {
          code: 'FORBIDDEN',
        })
      return next({ ctx })
    })
