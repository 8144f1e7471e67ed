import type { SweepSpec } from '@/contracts/sweep-spec'
import type { DatasetFacts } from '../agent-questions/dataset-facts'
import type { ModelFacts } from '../agent-questions/model-facts'
import { expandSpec } from './expand-spec'
import type { FieldProblem } from './field-problem'

const thousands = (count: number) => count.toLocaleString('en')

/** Largest rank that fits the modules that a configuration names, with the module that limits it. */
function rankLimit(
  model: ModelFacts,
  targets: string | readonly string[],
): { rank: number; module: string } | null {
  const named = typeof targets === 'string' ? [targets] : targets
  const all = named.includes('all-linear')
  const modules = model.modules.filter((module) => all || named.includes(module.name))
  const [smallest] = modules
    .map((module) => ({ rank: Math.min(module.inFeatures, module.outFeatures), module: module.name }))
    .sort((a, b) => a.rank - b.rank)
  return smallest ?? null
}

/** What cannot be, given the base model: modules that it lacks, ranks above its matrices, lengths above its positions. */
export function checkModel(spec: SweepSpec, model: ModelFacts): FieldProblem[] {
  const problems = new Map<string, FieldProblem>()
  for (const run of expandSpec(spec)) {
    const named = typeof run.target_modules === 'string' ? [run.target_modules] : run.target_modules
    const known = model.modules.map((module) => module.name)
    const missing = named.filter((name) => name !== 'all-linear' && !known.includes(name))
    if (missing.length > 0) {
      problems.set('target_modules', {
        path: ['parameters', 'target_modules'],
        message: `${spec.model} has no module ${missing[0]}. It has ${known.join(', ')}, or use all-linear.`,
      })
      continue
    }
    const limit = rankLimit(model, run.target_modules)
    if (limit && run.rank > limit.rank)
      problems.set('rank', {
        path: ['parameters', 'rank'],
        message: `Rank ${run.rank} is larger than the smallest matrix of ${spec.model}, ${limit.module} with ${limit.rank}. Use at most ${limit.rank}.`,
      })
  }
  if (model.maxPositions !== null && spec.max_length > model.maxPositions)
    problems.set('max_length', {
      path: ['max_length'],
      message: `${spec.model} reads at most ${thousands(model.maxPositions)} tokens, and max_length is ${thousands(spec.max_length)}.`,
    })
  return [...problems.values()]
}

/** What cannot be, given the data: too few rows, pairs without dpo, prompts that fill the whole length. */
export function checkDataset(spec: SweepSpec, data: DatasetFacts): FieldProblem[] {
  const at = (message: string): FieldProblem[] => [{ path: ['dataset'], message }]
  if (data.differentRows < 2)
    return at(`${spec.dataset} has ${data.differentRows} different rows; training needs at least 2.`)
  const pairs = data.kinds.includes('preference')
  if (pairs && data.kinds.length > 1)
    return at(`${spec.dataset} mixes preference pairs with other rows; no objective can train on both.`)
  if (pairs && spec.training !== 'dpo')
    return [
      {
        path: ['training'],
        message: `${spec.dataset} holds preference pairs: use training dpo, or rows of prompt and completion.`,
      },
    ]
  if (!pairs && spec.training === 'dpo')
    return [
      {
        path: ['training'],
        message: `Training dpo needs preference pairs (prompt, chosen, rejected), and ${spec.dataset} has none.`,
      },
    ]
  if (data.refused > 0)
    return [
      {
        path: ['max_length'],
        message: `${thousands(data.refused)} rows of ${spec.dataset} have a prompt that alone fills ${thousands(spec.max_length)} tokens, so nothing of their answers would be learned. The longest row has ${thousands(data.tokens.max)}.`,
      },
    ]
  return []
}

/** More GPUs than the cluster has would wait for ever; a cluster that is still empty is no reason to refuse. */
export function checkGpus(spec: SweepSpec, gpusInCluster: number): FieldProblem[] {
  if (gpusInCluster === 0 || spec.gpus <= gpusInCluster) return []
  const has = gpusInCluster === 1 ? 'has 1 GPU' : `has ${thousands(gpusInCluster)} GPUs`
  return [
    { path: ['gpus'], message: `The sweep asks for ${thousands(spec.gpus)} GPUs, and the cluster ${has}.` },
  ]
}
