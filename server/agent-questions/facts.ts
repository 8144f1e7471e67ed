import type { z } from 'zod'
import { type PipelineFacts, pipelineFacts } from '@/contracts/pipeline-facts'
import { type AgentQuestion, askAgent } from './ask-agent'
import { type DatasetFacts, datasetFacts } from './dataset-facts'
import { type ModelFacts, modelFacts } from './model-facts'

export type Facts<T> =
  | { known: true; facts: T }
  | { known: false; refusal: { field: string | null; message: string } | null }

interface Kept {
  until: number
  answer: Promise<Facts<unknown>>
}

/** Long enough that form, estimate and submit ask once; short enough that a corrected file is read again. */
const KEEP_MS = 60_000
/** A busy machine of two cores needs half a minute to load PyTorch. */
const TIMEOUT_MS = 90_000
const kept = new Map<string, Kept>()

async function ask<T>(question: AgentQuestion, schema: z.ZodType<T>): Promise<Facts<T>> {
  const answer = await askAgent(question, TIMEOUT_MS)
  if (answer.ok === true) return { known: true, facts: schema.parse(answer.result) }
  return { known: false, refusal: answer.ok === false ? answer.error : null }
}

/** Only what is known is kept: a refusal or silence is asked again, since a person is about to change something. */
function remember<T>(question: AgentQuestion, schema: z.ZodType<T>): Promise<Facts<T>> {
  const key = JSON.stringify(question)
  const now = Date.now()
  const before = kept.get(key)
  if (before && before.until > now) return before.answer as Promise<Facts<T>>
  const answer = ask(question, schema)
  kept.set(key, { until: now + KEEP_MS, answer })
  for (const [old, entry] of kept) if (entry.until <= now) kept.delete(old)
  const forget = () => kept.delete(key)
  answer.then((facts) => facts.known || forget(), forget)
  return answer
}

/** Facts about a base model; `refusal` is `null` where no agent answered. */
export function factsOfModel(model: string): Promise<Facts<ModelFacts>> {
  return remember({ kind: 'describe-model', model }, modelFacts)
}

/** Facts about a diffusion pipeline; `refusal` is `null` where no agent answered. */
export function factsOfPipeline(model: string): Promise<Facts<PipelineFacts>> {
  return remember({ kind: 'describe-pipeline', model }, pipelineFacts)
}

/** Facts about a data set as `model` reads it; `refusal` is `null` where no agent answered. */
export function factsOfDataset(
  model: string,
  dataset: string,
  maxLength: number,
): Promise<Facts<DatasetFacts>> {
  return remember({ kind: 'preview-dataset', model, dataset, maxLength }, datasetFacts)
}
