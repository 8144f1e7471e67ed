import type { SweepSpec } from '@/contracts/sweep-spec'
import { datasetReference } from './dataset-reference'
import { examineSpec } from './examine-spec'
import type { FieldProblem } from './field-problem'
import { freeName } from './free-name'
import { insertSweep } from './insert-sweep'
import { parseSpec } from './parse-spec'

export interface Submission {
  projectId: string
  userId: string
  /** Take the next free name instead of refusing one that is taken. */
  renameIfTaken: boolean
  /** Ask an agent about model and data before it is accepted. */
  facts: boolean
}

export type Submitted =
  | { accepted: true; id: string; name: string; runs: number; unchecked: string | null }
  | { accepted: false; problems: FieldProblem[] }

const nameTaken = (name: string): FieldProblem => ({
  path: ['name'],
  message: `A sweep named ${name} exists already. Choose another name.`,
})

const isUniqueViolation = (error: unknown) => (error as { code?: string }).code === '23505'

/** The one way in for a sweep: form, CLI and REST. Checks everything first, then writes all of it at once. */
export async function submitSweep(input: unknown, submission: Submission): Promise<Submitted> {
  const parsed = parseSpec(input)
  if (!parsed.spec || parsed.problems.length > 0) return { accepted: false, problems: parsed.problems }
  const spec = submission.renameIfTaken
    ? { ...parsed.spec, name: await freeName(submission.projectId, parsed.spec.name) }
    : parsed.spec
  const examination = await examineSpec(spec, submission.projectId, submission.facts)
  if (examination.problems.length > 0) return { accepted: false, problems: examination.problems }
  return write(spec, submission, examination)
}

async function write(
  spec: SweepSpec,
  submission: Submission,
  examination: Awaited<ReturnType<typeof examineSpec>>,
): Promise<Submitted> {
  const data = examination.dataset?.complete ? examination.dataset : null
  try {
    const { id, runs } = await insertSweep({
      projectId: submission.projectId,
      spec,
      dataset: await datasetReference(spec.dataset, submission.projectId),
      createdById: submission.userId,
      trainSamples: data ? data.rows - data.heldOutRows : null,
      validationSamples: data ? data.heldOutRows : null,
    })
    return { accepted: true, id, name: spec.name, runs, unchecked: examination.unchecked }
  } catch (error) {
    if (isUniqueViolation(error)) return { accepted: false, problems: [nameTaken(spec.name)] }
    throw error
  }
}
