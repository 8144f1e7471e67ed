'use client'

import { Plus, X } from 'lucide-react'
import { useId } from 'react'
import { PARAMETER_NAMES } from '@/contracts/sweep-spec'
import { Button, IconButton } from '../ui/Button'
import { ChipInput } from '../ui/ChipInput'
import { FieldError } from '../ui/Field'
import { formatCount, plural } from '../ui/format/number'
import { parameterLabel } from '../ui/format/parameter'
import { Input } from '../ui/Input'
import { Menu } from '../ui/Menu'
import { Segmented } from '../ui/Segmented'
import { Select } from '../ui/Select'
import { checkValue } from './check-form'
import { Section } from './Section'
import { type Distribution, emptyParameter, type Method, type ParameterField } from './sweep-form'
import type { SweepFormState } from './useSweepForm'

const METHODS: readonly { value: Method; label: string; help: string }[] = [
  { value: 'grid', label: 'Grid', help: 'every combination, best guesses first' },
  { value: 'random', label: 'Random', help: 'drawn from values and ranges, the same for the same seed' },
  { value: 'tpe', label: 'TPE', help: 'learns from the runs that ended which values to try next' },
]
const DISTRIBUTIONS: readonly { value: Distribution; label: string }[] = [
  { value: 'uniform', label: 'uniform' },
  { value: 'log_uniform', label: 'log-uniform' },
  { value: 'int_uniform', label: 'whole numbers' },
]
const RANGE_FREE = new Set(['lr_scheduler', 'target_modules'])

export function SpaceSection({ state }: { state: SweepFormState }) {
  const { form, count } = state
  const set = (index: number, next: Partial<ParameterField>) => {
    state.touch(`parameters.${form.parameters[index]?.name}`)
    state.change({ parameters: form.parameters.map((one, at) => (at === index ? { ...one, ...next } : one)) })
  }
  const unused = PARAMETER_NAMES.filter((name) => !form.parameters.some((one) => one.name === name))
  const fixed = unused.filter((name) => name === 'alpha' || name === 'lr_scheduler')
  return (
    <Section title="Search space" help="Values, or a range to sample from.">
      <div className="flex flex-wrap items-center gap-3">
        <Segmented
          label="Method"
          value={form.method}
          onChange={(method) => state.change({ method })}
          options={METHODS.map(({ value, label }) => ({ value, label }))}
        />
        <span className="text-12 text-ink-2">{METHODS.find((one) => one.value === form.method)?.help}</span>
        {form.method === 'grid' ? null : (
          <div data-field="runs" className="ml-auto flex items-center gap-2 text-12">
            <span aria-hidden="true">Runs</span>
            <Input
              aria-label="Number of runs"
              inputMode="numeric"
              aria-invalid={state.problemOf('runs') ? true : undefined}
              value={form.runs}
              onChange={(event) => state.change({ runs: event.target.value })}
              onBlur={() => state.touch('runs')}
              className="!w-20"
            />
          </div>
        )}
      </div>
      {state.problemOf('runs') ? <FieldError>{state.problemOf('runs')}</FieldError> : null}
      <div className="mt-2 flex text-11 text-ink-3 max-tablet:hidden" aria-hidden="true">
        <span className="w-27">Parameter</span>
        <span className="w-24">How</span>
        <span className="flex-1">Values</span>
        <span className="w-20 pr-7 text-right">Count</span>
      </div>
      <ul>
        {form.parameters.map((field, index) => (
          <ParameterRow
            key={field.name}
            field={field}
            count={count.factors[index] ?? 0}
            problem={state.problemOf(`parameters.${field.name}`)}
            onChange={(next) => set(index, next)}
            onRemove={() => state.change({ parameters: form.parameters.filter((_, at) => at !== index) })}
          />
        ))}
      </ul>
      <div className="mt-2.5 flex flex-wrap items-center gap-3" data-field="parameters">
        <Menu
          align="start"
          trigger={<Button icon={<Plus size={13} />} disabled={unused.length === 0} />}
          entries={unused.map((name) => ({
            label: parameterLabel(name),
            effect: name,
            onSelect: () => state.change({ parameters: [...form.parameters, emptyParameter(name)] }),
          }))}
        >
          Add parameter
        </Menu>
        <p className="text-12" aria-live="polite" data-testid="configuration-count">
          <span className="font-semibold">{plural(count.total, 'configuration')}</span>{' '}
          <span className="text-ink-2">
            {form.method === 'grid' && count.factors.length > 1
              ? `= ${count.factors.map(formatCount).join(' × ')}`
              : ''}
          </span>
        </p>
        <p className="ml-auto text-11 text-ink-3">
          {fixed.includes('alpha') ? 'alpha = 2 × rank' : ''}
          {fixed.length === 2 ? ', ' : ''}
          {fixed.includes('lr_scheduler') ? 'the usual schedule' : ''}
        </p>
      </div>
      {state.problemOf('parameters') ? <FieldError>{state.problemOf('parameters')}</FieldError> : null}
    </Section>
  )
}

interface ParameterRowProps {
  field: ParameterField
  count: number
  problem: string | undefined
  onChange: (next: Partial<ParameterField>) => void
  onRemove: () => void
}

function ParameterRow({ field, count, problem, onChange, onRemove }: ParameterRowProps) {
  const id = useId()
  const label = parameterLabel(field.name)
  const given = field.texts.length
  return (
    <li
      data-field={`parameters.${field.name}`}
      className="flex items-start border-b border-line py-1.5 max-tablet:flex-wrap max-tablet:gap-2"
    >
      <span className="w-27 shrink-0 pt-1.5 font-mono text-12">{field.name}</span>
      <div className="w-24 shrink-0 pr-3">
        <Select
          label={`How ${label.toLowerCase()} is chosen`}
          value={field.how}
          onChange={(how) => onChange({ how })}
          disabled={RANGE_FREE.has(field.name)}
          options={[
            { value: 'values', label: 'values' },
            { value: 'range', label: 'range' },
          ]}
        />
      </div>
      <div className="min-w-0 flex-1 max-tablet:order-last max-tablet:min-w-full">
        {field.how === 'values' ? (
          <ChipInput
            label={label}
            chips={field.texts.map((text) => ({ text, bad: checkValue(field.name, text) !== null }))}
            onChange={(texts) => onChange({ texts })}
            invalid={problem !== undefined}
            describedBy={problem ? `${id}-problem` : undefined}
          />
        ) : (
          <div className="flex flex-wrap items-center gap-2">
            <Input
              aria-label={`Least ${label.toLowerCase()}`}
              placeholder="minimum"
              aria-invalid={problem ? true : undefined}
              value={field.min}
              onChange={(event) => onChange({ min: event.target.value })}
              className="!w-24 font-mono !text-12"
            />
            <span className="text-ink-3">–</span>
            <Input
              aria-label={`Greatest ${label.toLowerCase()}`}
              placeholder="maximum"
              aria-invalid={problem ? true : undefined}
              value={field.max}
              onChange={(event) => onChange({ max: event.target.value })}
              className="!w-24 font-mono !text-12"
            />
            <div className="w-36">
              <Select
                label={`Distribution of ${label.toLowerCase()}`}
                value={field.distribution}
                onChange={(distribution) => onChange({ distribution })}
                options={DISTRIBUTIONS}
              />
            </div>
          </div>
        )}
        {problem ? <FieldError id={`${id}-problem`}>{problem}</FieldError> : null}
      </div>
      <span className="w-13 shrink-0 pt-1.5 text-right max-tablet:ml-auto text-12 font-semibold tabular-nums">
        {field.how === 'range' ? (
          <span className="font-normal text-ink-3">any</span>
        ) : (
          <>
            {count}
            {count < given ? <span className="font-normal text-ink-3"> of {given}</span> : null}
          </>
        )}
      </span>
      <IconButton
        label={`Remove ${label.toLowerCase()}`}
        size="small"
        onClick={onRemove}
        className="mt-0.5 ml-1"
      >
        <X size={12} />
      </IconButton>
    </li>
  )
}
