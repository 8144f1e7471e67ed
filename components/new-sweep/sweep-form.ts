import { PARAMETER_NAMES, type ParameterName, type SweepSpecInput } from '@/contracts/sweep-spec'
import { readValue } from '../sweeps/read-changes'
import { formatParameter } from '../ui/format/parameter'

export type Method = 'grid' | 'random' | 'tpe'
export type Distribution = 'uniform' | 'log_uniform' | 'int_uniform'

/** One hyper-parameter as it stands in the form: everything as typed, nothing is cleared when it is refused. */
export interface ParameterField {
  name: ParameterName
  how: 'values' | 'range'
  texts: string[]
  min: string
  max: string
  distribution: Distribution
}

/** The form as it stands: everything as typed. */
export interface SweepForm {
  name: string
  model: string
  dataset: string
  method: Method
  runs: string
  parameters: ParameterField[]
  training: 'sft-completion' | 'sft-full' | 'dpo'
  length: 'epochs' | 'max_steps'
  epochs: string
  maxSteps: string
  maxLength: string
  evaluations: string
  policy: string
  /** Parameters of the policy that differ from its defaults. */
  policyParameters: Record<string, string>
  gpus: string
  /** Empty: as few as hold the model. */
  gpusPerExecutor: string
  priority: string
  seed: string
  /** Share of the stops that are audited, as typed. */
  audit: string
}

export const emptyParameter = (name: ParameterName): ParameterField => ({
  name,
  how: 'values',
  texts: [],
  min: '',
  max: '',
  distribution:
    name === 'learning_rate'
      ? 'log_uniform'
      : name === 'rank' || name === 'batch_size'
        ? 'int_uniform'
        : 'uniform',
})

/** A fresh form: a grid that the built-in model finishes in minutes. */
export const NEW_FORM: SweepForm = {
  name: '',
  model: 'builtin/tiny-llama',
  dataset: 'builtin/arithmetic',
  method: 'grid',
  runs: '24',
  parameters: [
    { ...emptyParameter('learning_rate'), texts: ['1e-4', '5e-4', '2e-3'] },
    { ...emptyParameter('rank'), texts: ['4', '16'] },
    { ...emptyParameter('batch_size'), texts: ['1', '2', '4'] },
  ],
  training: 'sft-completion',
  length: 'epochs',
  epochs: '3',
  maxSteps: '',
  maxLength: '128',
  evaluations: '20',
  policy: 'adaptive',
  policyParameters: {},
  gpus: '1',
  gpusPerExecutor: '',
  priority: '0',
  seed: '0',
  audit: '0',
}

/** A number as typed; what is not one stays text, so that the schema says what is wrong with it. */
const typed = (text: string): unknown => {
  const trimmed = text.trim()
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed
}
const optional = (text: string): unknown => (text.trim() === '' ? undefined : typed(text))

function domainOf(field: ParameterField): unknown {
  if (field.how === 'range')
    return { min: typed(field.min), max: typed(field.max), distribution: field.distribution }
  return { values: field.texts.map(readValue) }
}

/** The sweep file that the form says, unchecked. */
export function formToSpec(form: SweepForm): SweepSpecInput {
  const spec: Record<string, unknown> = {
    name: form.name,
    model: form.model,
    dataset: form.dataset,
    method: form.method,
    runs: form.method === 'grid' ? undefined : typed(form.runs),
    parameters: Object.fromEntries(form.parameters.map((field) => [field.name, domainOf(field)])),
    objective: { metric: 'val_loss', goal: 'minimize' },
    training: form.training === 'sft-completion' ? undefined : form.training,
    epochs: form.length === 'epochs' ? optional(form.epochs) : undefined,
    max_steps: form.length === 'max_steps' ? typed(form.maxSteps) : undefined,
    max_length: typed(form.maxLength),
    evaluations: typed(form.evaluations),
    early_exit: {
      policy: form.policy,
      ...Object.fromEntries(
        Object.entries(form.policyParameters)
          .filter(([, text]) => text.trim() !== '')
          .map(([name, text]) => [name, typed(text)]),
      ),
    },
    gpus: typed(form.gpus),
    gpus_per_executor: optional(form.gpusPerExecutor),
    priority: form.priority.trim() === '0' ? undefined : optional(form.priority),
    seed: form.seed.trim() === '0' ? undefined : optional(form.seed),
    audit: form.audit.trim() === '0' ? undefined : optional(form.audit),
  }
  return Object.fromEntries(
    Object.entries(spec).filter(([, value]) => value !== undefined),
  ) as unknown as SweepSpecInput
}

const text = (value: unknown, otherwise: string): string =>
  value === undefined || value === null
    ? otherwise
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)

function fieldOf(name: ParameterName, domain: unknown): ParameterField {
  const field = emptyParameter(name)
  const written = (value: unknown) => formatParameter(name, value)
  if (domain === null || typeof domain !== 'object' || Array.isArray(domain))
    return { ...field, texts: [written(domain)] }
  const { values, min, max, distribution } = domain as Record<string, unknown>
  if (Array.isArray(values)) return { ...field, texts: values.map(written) }
  return {
    ...field,
    how: 'range',
    min: min === undefined ? '' : written(min),
    max: max === undefined ? '' : written(max),
    distribution: (distribution as Distribution | undefined) ?? 'uniform',
  }
}

/** A sweep file as the form shows it. What the form has no field for is reported by the check of the file. */
export function specToForm(spec: Readonly<Record<string, unknown>>): SweepForm {
  const parameters = (spec.parameters ?? {}) as Record<string, unknown>
  const exit = (spec.early_exit ?? {}) as Record<string, unknown>
  const { policy, ...policyParameters } = exit
  return {
    name: text(spec.name, ''),
    model: text(spec.model, ''),
    dataset: text(spec.dataset, ''),
    method: (['grid', 'random', 'tpe'].includes(spec.method as string) ? spec.method : 'grid') as Method,
    runs: text(spec.runs, NEW_FORM.runs),
    parameters: PARAMETER_NAMES.filter((name) => parameters[name] !== undefined).map((name) =>
      fieldOf(name, parameters[name]),
    ),
    training: (['sft-completion', 'sft-full', 'dpo'].includes(spec.training as string)
      ? spec.training
      : 'sft-completion') as SweepForm['training'],
    length: spec.max_steps === undefined ? 'epochs' : 'max_steps',
    epochs: text(spec.epochs, NEW_FORM.epochs),
    maxSteps: text(spec.max_steps, ''),
    maxLength: text(spec.max_length, '512'),
    evaluations: text(spec.evaluations, '20'),
    policy: text(policy, 'adaptive'),
    policyParameters: Object.fromEntries(
      Object.entries(policyParameters).map(([name, value]) => [name, text(value, '')]),
    ),
    gpus: text(spec.gpus, '1'),
    gpusPerExecutor: text(spec.gpus_per_executor, ''),
    priority: text(spec.priority, '0'),
    seed: text(spec.seed, '0'),
    audit: text(spec.audit, '0'),
  }
}
