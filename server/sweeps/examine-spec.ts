import type { SweepSpec } from '@/contracts/sweep-spec'
import { countSearch } from '@/engine/search/expand-search'
import type { DatasetFacts } from '../agent-questions/dataset-facts'
import { type Facts, factsOfDataset, factsOfModel } from '../agent-questions/facts'
import type { ModelFacts } from '../agent-questions/model-facts'
import { database } from '../db/client'
import { checkDataset, checkGpus, checkModel } from './check-facts'
import { datasetReference } from './dataset-reference'
import { searchOf } from './expand-spec'
import type { FieldProblem } from './field-problem'
import { isNameTaken } from './free-name'

export interface Examination {
  problems: FieldProblem[]
  configurations: number
  model: ModelFacts | null
  dataset: DatasetFacts | null
  /** One sentence where no agent could check model and data yet. */
  unchecked: string | null
}

const UNKNOWN = { known: false, refusal: null } as const
const UNCHECKED = 'No agent answered, so model and data set are checked when one connects.'

function refusalOf(facts: Facts<unknown>, field: 'model' | 'dataset'): FieldProblem[] {
  if (facts.known || !facts.refusal) return []
  return [{ path: (facts.refusal.field ?? field).split('.'), message: facts.refusal.message }]
}

async function gpusInCluster(): Promise<number> {
  return database().prisma.gpu.count({ where: { node: { state: { not: 'lost' } } } })
}

/**
 * Everything that a valid sweep file may still get wrong: the name, the machines, the model, the data.
 *
 * @param facts false leaves out what only an agent can tell
 */
export async function examineSpec(spec: SweepSpec, projectId: string, facts = true): Promise<Examination> {
  const reference = await datasetReference(spec.dataset, projectId)
  const [taken, gpus, model, dataset] = await Promise.all([
    isNameTaken(projectId, spec.name),
    gpusInCluster(),
    facts ? factsOfModel(spec.model) : UNKNOWN,
    facts ? factsOfDataset(spec.model, reference, spec.max_length) : UNKNOWN,
  ])
  const modelRefusals = refusalOf(model, 'model')
  const problems = [
    ...(taken
      ? [{ path: ['name'], message: `A sweep named ${spec.name} exists already. Choose another name.` }]
      : []),
    ...checkGpus(spec, gpus),
    ...modelRefusals,
    // A broken model makes every question about the data fail with the same sentence.
    ...(modelRefusals.length > 0 ? [] : refusalOf(dataset, 'dataset')),
    ...(model.known ? checkModel(spec, model.facts) : []),
    ...(dataset.known ? checkDataset(spec, dataset.facts) : []),
  ]
  const silent = (!model.known && !model.refusal) || (!dataset.known && !dataset.refusal)
  return {
    problems,
    configurations: countSearch(searchOf(spec)),
    model: model.known ? model.facts : null,
    dataset: dataset.known ? dataset.facts : null,
    unchecked: facts && silent && problems.length === 0 ? UNCHECKED : null,
  }
}
