'use client'

import { useQuery } from '@tanstack/react-query'
import { Box } from 'lucide-react'
import { NotRead } from '../library/NotRead'
import { useTRPC } from '../trpc/trpc'
import { FieldError } from '../ui/Field'
import { formatBytes } from '../ui/format/bytes'
import { formatShort, plural } from '../ui/format/number'
import { ReferenceField } from './ReferenceField'
import { Section } from './Section'
import { useSettled } from './useSettled'
import type { SweepFormState } from './useSweepForm'

export function ModelSection({ state }: { state: SweepFormState }) {
  const trpc = useTRPC()
  const models = useQuery(trpc.model.list.queryOptions())
  const model = useSettled(state.form.model)
  const facts = useQuery(
    trpc.model.describe.queryOptions({ model }, { enabled: model !== '', retry: false, staleTime: 300_000 }),
  )
  const problem = state.problemOf('model')
  return (
    <Section title="Model" help="Frozen; every run trains an adapter on it.">
      <div data-field="model" className="flex flex-wrap items-center gap-3">
        <ReferenceField
          label="Base model"
          value={state.form.model}
          onChange={(value) => state.change({ model: value })}
          onBlur={() => state.touch('model')}
          icon={<Box size={14} />}
          placeholder="built-in, folder or hub id"
          invalid={problem !== undefined}
          describedBy="model-facts"
          options={(models.data ?? []).map((one) => ({
            value: one.id,
            detail: one.summary ?? plural(one.sweeps, 'sweep'),
          }))}
        />
        <p id="model-facts" className="text-12 text-ink-2">
          {facts.data ? (
            `${formatShort(facts.data.parameters)} parameters, ${facts.data.dtype}, ${formatBytes(facts.data.weightBytes)}, rank up to ${facts.data.maxRank}`
          ) : facts.isFetching ? (
            <span className="text-ink-3">An agent reads the model…</span>
          ) : facts.error && problem === undefined ? (
            <span className="text-warn">
              <NotRead error={facts.error} onRetry={() => void facts.refetch()} />
            </span>
          ) : null}
        </p>
      </div>
      {problem ? <FieldError>{problem}</FieldError> : null}
    </Section>
  )
}
