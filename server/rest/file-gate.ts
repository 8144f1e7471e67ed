import { createContext } from '../trpc/context'
import { createCallerFactory, router } from '../trpc/init'
import { inProject, onRequest, onRun } from '../trpc/procedures'

/** Files do not fit into procedures; their authorisation does, so that it stays in one place. */
const gate = router({
  upload: inProject('editor').query(({ ctx }) => ({
    userId: ctx.principal.userId,
    projectId: ctx.projectId,
  })),
  picture: onRequest('viewer').query(({ input }) => ({ id: input.id })),
  download: onRun('viewer').query(({ ctx, input }) => ({ runId: input.id, sweepId: ctx.sweepId })),
})
const caller = createCallerFactory(gate)

/** Who uploads, and into which project. @throws the refusal */
export async function projectForUpload(request: Request, projectId: string | null) {
  return caller(await createContext(request)).upload(projectId ? { projectId } : undefined)
}

/** The run whose files someone may read. @throws the refusal */
export async function runForDownload(request: Request, id: string) {
  return caller(await createContext(request)).download({ id })
}

/** A request whose picture or video someone may see. @throws the refusal */
export async function requestForDownload(request: Request, id: string) {
  return caller(await createContext(request)).picture({ id })
}
