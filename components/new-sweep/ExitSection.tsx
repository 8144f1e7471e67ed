'use client'

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../trpc/trpc'
import { Field, FieldError } from '../ui/Field'
import { Input } from '../ui/Input'
import { Skeleton } from '../ui/Skeleton'
import { PolicyTable } from './PolicyTable'
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
        <PolicyTable
          policies={policies}
          value={form.policy}
          onChange={(policy) => state.change({ policy, policyParameters: {} })}
        />
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
