import { randomBytes } from 'node:crypto'
import { nanoid } from 'nanoid'
import { type DeploymentSpec, deploymentSpec } from '@/contracts/deployment-spec'
import type { Abilities, PipelineFacts } from '@/contracts/pipeline-facts'
import { factsOfPipeline } from '../agent-questions/facts'
import { database } from '../db/client'
import { ringLeader, writeJournal } from '../db/journal'
import { inTransaction } from '../db/transaction'
import { describeIssues } from '../sweeps/describe-issues'
import type { FieldProblem } from '../sweeps/field-problem'
import { isNameTaken } from '../sweeps/free-name'

export type Deployed =
  | { accepted: true; id: string; name: string }
  | { accepted: false; problems: FieldProblem[] }

/** The one way in for a deployment: form, CLI and REST. Checks everything first, then writes all of it at once. */
export async function submitDeployment(
  input: unknown,
  by: { projectId: string; userId: string },
): Promise<Deployed> {
  const parsed = deploymentSpec.safeParse(input)
  if (!parsed.success) return { accepted: false, problems: describeIssues(parsed.error) }
  const spec = parsed.data
  const problems = [...(await nameProblems(spec, by.projectId)), ...(await gpuProblems(spec.gpuIds))]
  if (problems.length > 0) return { accepted: false, problems }
  const models = await describeModels(spec)
  if ('problems' in models) return { accepted: false, problems: models.problems }
  const id = await write(spec, models.abilities, by)
  return { accepted: true, id, name: spec.name }
}

async function nameProblems({ name }: DeploymentSpec, projectId: string): Promise<FieldProblem[]> {
  if (!(await isNameTaken(projectId, name))) return []
  return [{ path: ['name'], message: `A job named ${name} exists already. Choose another name.` }]
}

async function gpuProblems(gpuIds: readonly string[]): Promise<FieldProblem[]> {
  const known = await database().prisma.gpu.findMany({
    where: { id: { in: [...gpuIds] } },
    select: { id: true },
  })
  const missing = gpuIds.find((id) => !known.some((gpu) => gpu.id === id))
  if (missing === undefined) return []
  return [{ path: ['gpuIds'], message: `There is no GPU ${missing}. The cluster page lists the GPUs.` }]
}

/** What its models can do, or what is wrong with them. */
async function describeModels(
  spec: DeploymentSpec,
): Promise<{ abilities: Abilities } | { problems: FieldProblem[] }> {
  const abilities: Abilities = { image: null, video: null }
  for (const kind of ['image', 'video'] as const) {
    const model = kind === 'image' ? spec.imageModel : spec.videoModel
    if (model === null) continue
    const field = `${kind}Model`
    const answer = await factsOfPipeline(model)
    if (!answer.known) {
      const message =
        answer.refusal?.message ?? 'No agent answered. Start one, or wait until it has connected.'
      return { problems: [{ path: [field], message }] }
    }
    if (answer.facts.kind !== kind) {
      const message = `${model} makes ${answer.facts.kind}s. Name it as the ${answer.facts.kind} model.`
      return { problems: [{ path: [field], message }] }
    }
    abilities[kind] = answer.facts satisfies PipelineFacts
  }
  return { abilities }
}

async function write(
  spec: DeploymentSpec,
  abilities: Abilities,
  { projectId, userId }: { projectId: string; userId: string },
): Promise<string> {
  const id = nanoid(12)
  const { name, imageModel, videoModel, gpuIds, settings } = spec
  await inTransaction(database().pool, async (client) => {
    await client.query(
      `INSERT INTO "Job" ("id", "projectId", "kind", "name", "state", "gpus", "createdById")
       VALUES ($1, $2, 'deployment', $3, 'waiting', $4, $5)`,
      [id, projectId, name, gpuIds.length, userId],
    )
    await client.query(
      `INSERT INTO "Deployment" ("jobId", "imageModel", "videoModel", "gpuIds", "policy", "settings", "abilities",
         "webhookSecret") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        id,
        imageModel,
        videoModel,
        gpuIds,
        settings.policy,
        JSON.stringify(settings),
        JSON.stringify(abilities),
        `whsec_${randomBytes(24).toString('base64')}`,
      ],
    )
    await writeJournal(client, [{ kind: 'deployment', jobId: id, data: { state: 'waiting', name } }])
    await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
    await ringLeader(client)
  })
  return id
}
