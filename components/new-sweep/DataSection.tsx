'use client'

import { useQuery } from '@tanstack/react-query'
import { Database } from 'lucide-react'
import { useState } from 'react'
import { DataPreview } from '../library/DataPreview'
import { NotRead } from '../library/NotRead'
import { UploadButton } from '../library/UploadButton'
import { useTRPC } from '../trpc/trpc'
import { FieldError } from '../ui/Field'
import { formatCount } from '../ui/format/number'
import { ReferenceField } from './ReferenceField'
import { Section } from './Section'
import { useSettled } from './useSettled'
import type { SweepFormState } from './useSweepForm'

export function DataSection({ state }: { state: SweepFormState }) {
  const trpc = useTRPC()
  const [refused, setRefused] = useState<string | null>(null)
  const list = useQuery(trpc.dataset.list.queryOptions())
  const { model, dataset, maxLength } = useSettled(state.form)
  const length = Number(maxLength)
  const preview = useQuery(
    trpc.dataset.preview.queryOptions(
      { model, dataset, maxLength: Number.isInteger(length) && length >= 8 ? length : 512 },
      { enabled: model !== '' && dataset !== '', retry: false, staleTime: 300_000 },
    ),
  )
  const problem = state.problemOf('dataset') ?? refused ?? undefined
  return (
    <Section title="Data" help="Rows of prompt and completion, or of messages.">
      <div data-field="dataset" className="flex flex-wrap items-center gap-3">
        <ReferenceField
          label="Data set"
          value={state.form.dataset}
          onChange={(value) => state.change({ dataset: value })}
          onBlur={() => state.touch('dataset')}
          icon={<Database size={14} />}
          placeholder="built-in, upload, path or hub id"
          invalid={problem !== undefined}
          describedBy="data-facts"
          options={(list.data ?? []).map((one) => ({
            value: one.reference,
            detail: one.summary ?? (one.rows === null ? '' : `${formatCount(one.rows)} rows`),
          }))}
        />
        <UploadButton
          onStored={({ reference }) => state.change({ dataset: reference })}
          onRefused={setRefused}
        />
        <p id="data-facts" className="text-12 text-ink-2">
          {preview.data
            ? `${formatCount(preview.data.rows - preview.data.heldOutRows)} train, ${formatCount(preview.data.heldOutRows)} held out`
            : preview.isFetching
              ? 'An agent reads the rows…'
              : null}
        </p>
      </div>
      {problem ? <FieldError>{problem}</FieldError> : null}
      {preview.data ? (
        <DataPreview facts={preview.data} />
      ) : preview.error && !problem ? (
        <p className="mt-2 text-12 text-warn">
          <NotRead error={preview.error} onRetry={() => void preview.refetch()} />
        </p>
      ) : null}
    </Section>
  )
}
