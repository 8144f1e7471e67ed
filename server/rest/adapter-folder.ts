import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { askAgent } from '../agent-questions/ask-agent'
import { fetchArtifacts } from '../artifacts/artifact-store'
import { database } from '../db/client'
import { UserError } from '../trpc/user-error'
import { artifactPath } from './artifact-path'

const EXPORT_TIMEOUT_MS = 120_000
const WEIGHTS = 'adapter_model.safetensors'

/** Folder with the best adapter of a run as PEFT loads it; made by an agent when it is not there yet. */
export async function adapterFolder(runId: string): Promise<{ folder: string; name: string }> {
  const { prisma } = database()
  const run = await prisma.run.findUniqueOrThrow({
    where: { id: runId },
    include: { sweep: { select: { model: true, job: { select: { name: true } } } } },
  })
  const label = `r${String(run.number).padStart(2, '0')}`
  const name = `${run.sweep.job.name.replace(/[^A-Za-z0-9._-]+/g, '-')}-${label}`
  const folder = join('runs', runId, 'adapter')
  const exported = artifactPath(folder)
  if (run.state === 'done') await fetchArtifacts(folder)
  if (run.state === 'done' && existsSync(join(exported, WEIGHTS))) return { folder: exported, name }
  const checkpoint = await prisma.checkpoint.findFirst({
    where: { runId, deletedAt: null },
    orderBy: [{ step: 'desc' }, { createdAt: 'desc' }],
  })
  if (!checkpoint)
    throw new UserError(
      `${label} has no saved state yet: its first one is written at its first evaluation.`,
      { code: 'NOT_FOUND' },
    )
  const answer = await askAgent(
    { kind: 'export-adapter', runId, checkpoint: checkpoint.path, model: run.sweep.model },
    EXPORT_TIMEOUT_MS,
  )
  if (answer.ok === 'unanswered')
    throw new UserError('No agent answered that could export the adapter. Try again when one is connected.', {
      code: 'PRECONDITION_FAILED',
    })
  if (!answer.ok) throw new UserError(answer.error.message)
  const { path } = answer.result as { path: string }
  await fetchArtifacts(path)
  return { folder: artifactPath(path), name }
}
