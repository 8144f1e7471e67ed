'use client'

import { Field } from '../ui/Field'
import { Input } from '../ui/Input'
import { Select } from '../ui/Select'
import { Section } from './Section'
import type { SweepForm } from './sweep-form'
import type { SweepFormState } from './useSweepForm'

type Text =
  | 'epochs'
  | 'maxSteps'
  | 'evaluations'
  | 'maxLength'
  | 'gpus'
  | 'gpusPerExecutor'
  | 'priority'
  | 'seed'

const PATHS: Record<Text, string> = {
  epochs: 'epochs',
  maxSteps: 'max_steps',
  evaluations: 'evaluations',
  maxLength: 'max_length',
  gpus: 'gpus',
  gpusPerExecutor: 'gpus_per_executor',
  priority: 'priority',
  seed: 'seed',
}

const shareOption = (audit: string) => ({
  value: audit,
  label: audit === '0' ? 'none goes on' : `${Number((Number(audit) * 100).toFixed(1))}% go on`,
})
const AUDITS = ['0', '0.05', '0.1', '0.25']
const AUDIT_OPTIONS = AUDITS.map(shareOption)

export function LengthSection({ state }: { state: SweepFormState }) {
  const { form } = state
  const number = (name: Text, label: string, help?: string) => (
    <div data-field={PATHS[name]} className="w-32">
      <Field label={label} help={help} error={state.problemOf(PATHS[name])}>
        {(control) => (
          <Input
            {...control}
            inputMode="decimal"
            value={form[name]}
            onChange={(event) => state.change({ [name]: event.target.value } as Partial<SweepForm>)}
            onBlur={() => state.touch(PATHS[name])}
          />
        )}
      </Field>
    </div>
  )
  return (
    <Section title="Length and place" help="How long, on what, and how urgent.">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="w-32">
          <Field label="Length in">
            {(control) => (
              <Select
                id={control.id}
                label="Length in"
                value={form.length}
                onChange={(length) => state.change({ length })}
                options={[
                  { value: 'epochs', label: 'epochs' },
                  { value: 'max_steps', label: 'steps' },
                ]}
              />
            )}
          </Field>
        </div>
        {form.length === 'epochs' ? number('epochs', 'Epochs') : number('maxSteps', 'Steps')}
        {number('evaluations', 'Evaluations a run', 'points a rule sees')}
        {number('maxLength', 'Maximum length', 'tokens a row')}
        {number('gpus', 'GPUs', 'granted together')}
        {number('gpusPerExecutor', 'GPUs an executor', 'shards the model; empty: as few as hold it')}
        {number('priority', 'Priority', '−100 to 100')}
        {number('seed', 'Seed', 'same seed, same sweep')}
        <div className="w-36" data-field="audit">
          <Field label="Audit stops" help="stopped runs that go on quietly" error={state.problemOf('audit')}>
            {(control) => (
              <Select
                id={control.id}
                label="Share of stops that are audited"
                value={form.audit}
                onChange={(audit) => state.change({ audit })}
                options={
                  AUDITS.includes(form.audit) ? AUDIT_OPTIONS : [...AUDIT_OPTIONS, shareOption(form.audit)]
                }
              />
            )}
          </Field>
        </div>
        <div className="w-44">
          <Field label="Loss is taken over">
            {(control) => (
              <Select
                id={control.id}
                label="Loss is taken over"
                value={form.training}
                onChange={(training) => state.change({ training })}
                options={[
                  { value: 'sft-completion', label: 'the completion' },
                  { value: 'sft-full', label: 'every token' },
                  { value: 'dpo', label: 'pairs of answers (DPO)' },
                ]}
              />
            )}
          </Field>
        </div>
      </div>
    </Section>
  )
}
