'use client'

import { Copy } from 'lucide-react'
import type { RouterOutputs } from '@/server/routers/app-router'
import { Button } from '../ui/Button'
import { copyText } from '../ui/copyText'
import { Field } from '../ui/Field'
import { Input } from '../ui/Input'
import { Select } from '../ui/Select'
import { exitYaml } from './exit-yaml'

type Policy = RouterOutputs['policy']['list'][number]

interface PolicyFormProps {
  policies: readonly Policy[]
  policy: Policy
  changed: Readonly<Record<string, number>>
  slots: number | null
  onPolicy: (name: Policy['name']) => void
  onChange: (name: string, value: number | null) => void
  onSlots: (slots: number | null) => void
  onReset: () => void
}

/** The proposed policy: each parameter as a number and a slider, with what it does. */
export function PolicyForm(props: PolicyFormProps) {
  const { policies, policy, changed } = props
  return (
    <form className="flex flex-col gap-4 p-4" onSubmit={(event) => event.preventDefault()}>
      <Field label="Policy" help={policy.summary}>
        {(control) => (
          <Select
            id={control.id}
            label="Policy"
            describedBy={control['aria-describedby']}
            value={policy.name}
            onChange={props.onPolicy}
            options={policies.map(({ name, label }) => ({ value: name, label }))}
          />
        )}
      </Field>
      {policy.parameters.map((parameter) => {
        const value = changed[parameter.name] ?? parameter.default
        const step = parameter.integer ? 1 : 'any'
        const set = (text: string) => {
          const next = Number(text)
          if (text === '' || !Number.isFinite(next)) return props.onChange(parameter.name, null)
          props.onChange(parameter.name, Math.min(parameter.max, Math.max(parameter.min, next)))
        }
        return (
          <Field
            key={parameter.name}
            label={parameter.label}
            help={`${parameter.help} Default ${parameter.default}, from ${parameter.min} to ${parameter.max}.`}
          >
            {(control) => (
              <div className="flex items-center gap-3">
                <input
                  type="range"
                  aria-label={`${parameter.label}, slider`}
                  min={parameter.min}
                  max={Math.min(parameter.max, Math.max(parameter.default * 4, parameter.min + 1e-3))}
                  step={parameter.integer ? 1 : 'any'}
                  value={value}
                  onChange={(event) => set(event.target.value)}
                  className="min-w-0 flex-1 accent-ink"
                />
                <Input
                  {...control}
                  type="number"
                  inputMode="decimal"
                  min={parameter.min}
                  max={parameter.max}
                  step={step}
                  value={Number(value.toPrecision(4))}
                  onChange={(event) => set(event.target.value)}
                  className="!w-24 text-right tabular-nums"
                />
              </div>
            )}
          </Field>
        )
      })}
      <Field label="Slots" help="Runs that train at the same time. Empty is as many as the sweep has runs.">
        {(control) => (
          <Input
            {...control}
            type="number"
            min={1}
            max={1000}
            value={props.slots ?? ''}
            onChange={(event) => props.onSlots(event.target.value === '' ? null : Number(event.target.value))}
            className="!w-24 text-right tabular-nums"
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button onClick={props.onReset}>Back to defaults</Button>
        <Button
          icon={<Copy size={13} />}
          onClick={() =>
            copyText(exitYaml(policy.name, changed), 'Copied. Paste it into the YAML of a new sweep.')
          }
        >
          Copy for a sweep
        </Button>
      </div>
    </form>
  )
}
