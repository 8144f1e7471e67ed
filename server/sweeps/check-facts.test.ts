import { describe, expect, it } from 'vitest'
import { sweepSpec } from '@/contracts/sweep-spec'
import type { DatasetFacts } from '../agent-questions/dataset-facts'
import type { ModelFacts } from '../agent-questions/model-facts'
import { checkDataset, checkGpus, checkModel } from './check-facts'

const spec = (more: object = {}) =>
  sweepSpec.parse({ name: 'a', model: 'some/model', dataset: 'rows.jsonl', parameters: {}, ...more })

const model: ModelFacts = {
  name: 'some/model',
  architecture: 'LlamaForCausalLM',
  parameters: 1,
  layers: 1,
  hidden: 64,
  vocab: 100,
  maxPositions: 256,
  dtype: 'F32',
  weightBytes: 4,
  maxRank: 32,
  modules: [
    { name: 'q_proj', count: 1, inFeatures: 64, outFeatures: 64 },
    { name: 'k_proj', count: 1, inFeatures: 64, outFeatures: 32 },
  ],
}

const data = (more: Partial<DatasetFacts> = {}): DatasetFacts => ({
  dataset: 'rows.jsonl',
  model: 'some/model',
  kinds: ['prompt'],
  maxLength: 128,
  rows: 100,
  complete: true,
  differentRows: 100,
  heldOutRows: 10,
  first: [],
  tokens: { rows: 100, total: 1, mean: 1, p50: 1, p95: 1, max: 4_000, histogram: [] },
  cut: 0,
  refused: 0,
  warnings: [],
  ...more,
})

const sentences = (problems: { path: (string | number)[]; message: string }[]) =>
  problems.map(({ path, message }) => `${path.join('.')}: ${message}`)

describe('checkModel', () => {
  const check = (more: object) => sentences(checkModel(spec({ max_length: 128, ...more }), model))

  it('accepts what fits', () => {
    expect(check({ parameters: { rank: { values: [4, 32] } } })).toEqual([])
  })

  it('refuses a rank above the smallest matrix that is trained, and says which', () => {
    expect(check({ parameters: { rank: { values: [4, 48] } } })).toEqual([
      'parameters.rank: Rank 48 is larger than the smallest matrix of some/model, k_proj with 32. Use at most 32.',
    ])
    expect(check({ parameters: { rank: { values: [48] }, target_modules: 'q_proj' } })).toEqual([])
  })

  it('refuses a module that the model does not have, and says which there are', () => {
    expect(check({ parameters: { target_modules: 'c_attn' } })).toEqual([
      'parameters.target_modules: some/model has no module c_attn. It has q_proj, k_proj, or use all-linear.',
    ])
  })

  it('refuses rows longer than the model reads', () => {
    expect(check({ max_length: 512 })).toEqual([
      'max_length: some/model reads at most 256 tokens, and max_length is 512.',
    ])
  })
})

describe('checkDataset', () => {
  it.each([
    [{}, {}, []],
    [{}, { differentRows: 1 }, ['dataset: rows.jsonl has 1 different rows; training needs at least 2.']],
    [
      {},
      { kinds: ['preference' as const] },
      ['training: rows.jsonl holds preference pairs: use training dpo, or rows of prompt and completion.'],
    ],
    [
      { training: 'dpo' },
      {},
      ['training: Training dpo needs preference pairs (prompt, chosen, rejected), and rows.jsonl has none.'],
    ],
    [
      {},
      { kinds: ['chat' as const, 'preference' as const] },
      ['dataset: rows.jsonl mixes preference pairs with other rows; no objective can train on both.'],
    ],
    [
      { max_length: 128 },
      { refused: 3 },
      [
        'max_length: 3 rows of rows.jsonl have a prompt that alone fills 128 tokens, so nothing of their answers would be learned. The longest row has 4,000.',
      ],
    ],
  ])('%j with %j', (more, facts, expected) => {
    expect(sentences(checkDataset(spec(more), data(facts)))).toEqual(expected)
  })
})

describe('checkGpus', () => {
  it.each([
    [{ gpus: 4, gpus_per_executor: 2 }, undefined],
    [{ gpus_per_executor: 2 }, 'An executor of 2 GPUs needs a sweep of as many; this one has 1. Raise gpus.'],
    [{ gpus: 6, gpus_per_executor: 4 }, '6 GPUs cannot be shared out to executors of 4. Use a divisor of 6.'],
    [{ gpus: 6, gpus_per_executor: 1.5 }, 'GPUs of an executor must be a whole number.'],
    [{ gpus: 6, gpus_per_executor: 0 }, 'An executor needs at least one GPU.'],
  ])('%j: %s', (more, expected) => {
    const found = sweepSpec.safeParse({ name: 'a', model: 'm', dataset: 'd', parameters: {}, ...more })
    expect(found.error?.issues[0]?.message).toBe(expected)
  })

  it('refuses more than exist, but not while nothing has joined yet', () => {
    expect(sentences(checkGpus(spec({ gpus: 9 }), 8))).toEqual([
      'gpus: The sweep asks for 9 GPUs, and the cluster has 8 GPUs.',
    ])
    expect(checkGpus(spec({ gpus: 8 }), 8)).toEqual([])
    expect(checkGpus(spec({ gpus: 8 }), 0)).toEqual([])
  })
})
