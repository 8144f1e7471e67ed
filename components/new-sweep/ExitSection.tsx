'use client'

import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../trpc/trpc'
import { Field, FieldError } from '../ui/Field'
import { Input } from '../ui/Input'
import { Skeleton } from '../ui/Skeleton'
import { Section } from './Section'
import type { SweepFormState } from './useSweepForm'

export function ExitSection({ state }: { state: SweepFormState }) {
  const trpc = useTRPC()
  const { data: policies } = useQuery(trpc.policy.list.queryOptions())
  const [open, setOpen] = useState(false)
  const { form } = state
  const chosen = policies?.find((policy) => policy.name === form.policy)
  const problem = state.problemOf('early_exit')
  return (
    <Section
      title="Early exit"
      help="When a run stops before its end. Stopped runs are parked, you can revive them."
    >
      {policies ? (
        <RadioGroup
          aria-label="Early-exit policy"
          value={form.policy}
          onValueChange={(policy) => state.change({ policy: String(policy), policyParameters: {} })}
        >
          {policies.map((policy) => (
            <label
              key={policy.name}
              htmlFor={`policy-${policy.name}`}
              className="flex items-start gap-2.5 border-b border-line px-2 py-1.5 text-12 hover:bg-hover has-data-checked:bg-selected pointer-coarse:py-3"
            >
              <Radio.Root
                id={`policy-${policy.name}`}
                value={policy.name}
                aria-label={policy.label}
                className="mt-0.5 flex size-3.5 shrink-0 items-center justify-center rounded-8 border border-line-3 bg-surface data-checked:border-ink"
              >
                <Radio.Indicator className="size-2 rounded-4 bg-ink" />
              </Radio.Root>
              <span className="w-22 shrink-0 font-550">{policy.name}</span>
              <span className="min-w-0 flex-1 text-ink-2">{policy.summary}</span>
            </label>
          ))}
        </RadioGroup>
      ) : (
        <Skeleton className="h-40" />
      )}
      {problem ? <FieldError>{problem}</FieldError> : null}
      {chosen && chosen.parameters.length > 0 ? (
        <div className="mt-2" data-field="early_exit">
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="text-12 font-550 underline decoration-line-2 underline-offset-4"
          >
            {open ? 'Hide its parameters' : 'Change its parameters'}
          </button>
          {open ? (
            <div className="mt-3 grid grid-cols-2 gap-x-6 gap-y-3 max-tablet:grid-cols-1">
              {chosen.parameters.map((parameter) => (
                <Field key={parameter.name} label={parameter.label} help={parameter.help}>
                  {(control) => (
                    <Input
                      {...control}
                      inputMode="decimal"
                      placeholder={String(parameter.default)}
                      value={form.policyParameters[parameter.name] ?? ''}
                      onChange={(event) =>
                        state.change({
                          policyParameters: {
                            ...form.policyParameters,
                            [parameter.name]: event.target.value,
                          },
                        })
                      }
                      className="!w-32"
                    />
                  )}
                </Field>
              ))}
            </div>
          ) : null}
        </div>
      ) : null}
    </Section>
  )
}
