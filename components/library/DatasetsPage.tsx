'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import { Header } from '../frame/Header'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { IconButton } from '../ui/Button'
import { ConfirmDialog } from '../ui/ConfirmDialog'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { FieldError } from '../ui/Field'
import { formatBytes } from '../ui/format/bytes'
import { formatCount, plural } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Select } from '../ui/Select'
import { Skeleton } from '../ui/Skeleton'
import { Time } from '../ui/Time'
import { say } from '../ui/toasts'
import { DataPreview } from './DataPreview'
import { NotRead } from './NotRead'
import { UploadButton } from './UploadButton'

/** Built-in tasks and uploads, with a preview as a model reads them. */
export function DatasetsPage() {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const { data } = useQuery(trpc.dataset.list.queryOptions())
  const [chosen, setChosen] = useQueryState('set', parseAsString.withOptions({ history: 'push' }))
  const [refused, setRefused] = useState<string | null>(null)
  const [deleting, setDeleting] = useState<{ id: string; name: string; rows: number; bytes: number } | null>(
    null,
  )
  const dataset = chosen ?? data?.[0]?.reference ?? ''
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.dataset.list.queryKey() })
  return (
    <>
      <Header
        title="Data sets"
        facts={data ? plural(data.length, 'data set') : undefined}
        actions={
          <UploadButton
            onStored={(stored) => {
              say(`${stored.name} is stored with ${plural(stored.rows, 'row')}.`)
              void setChosen(stored.reference)
            }}
            onRefused={setRefused}
          />
        }
      />
      {refused ? (
        <div role="alert" className="border-b border-line bg-bad-bg px-4 py-2">
          <FieldError>{refused}</FieldError>
        </div>
      ) : null}
      <ScrollRegion label="Data sets" className="min-h-0 flex-1 bg-surface">
        {data ? (
          <DataTable
            label="Data sets"
            columns={[
              { head: 'Data set' },
              { head: 'What it is' },
              { head: 'Rows', align: 'right' },
              { head: 'Size', align: 'right' },
              { head: 'Added', align: 'right' },
              { head: 'Delete', align: 'right', silent: true },
            ]}
            rows={data.map((one) => ({
              key: one.reference,
              cells: [
                <button
                  key="name"
                  type="button"
                  aria-pressed={one.reference === dataset}
                  onClick={() => void setChosen(one.reference)}
                  className="rounded-4 font-semibold hover:underline aria-pressed:underline"
                >
                  {one.reference}
                </button>,
                one.summary ?? 'uploaded',
                one.rows === null ? 'generated' : formatCount(one.rows),
                one.bytes === null ? '–' : formatBytes(one.bytes),
                one.createdAt ? <Time key="at" at={one.createdAt} day /> : '–',
                one.id ? (
                  <IconButton
                    key="delete"
                    size="small"
                    label={`Delete ${one.name}`}
                    onClick={() =>
                      setDeleting({
                        id: one.id ?? '',
                        name: one.name,
                        rows: one.rows ?? 0,
                        bytes: one.bytes ?? 0,
                      })
                    }
                  >
                    <Trash2 size={13} />
                  </IconButton>
                ) : (
                  ''
                ),
              ],
            }))}
          />
        ) : (
          <Skeleton className="m-4 h-24" />
        )}
        {dataset ? <PreviewPane key={dataset} dataset={dataset} /> : null}
      </ScrollRegion>
      {deleting ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => {
            if (!open) setDeleting(null)
          }}
          title={`Delete ${deleting.name} (${formatBytes(deleting.bytes)})?`}
          description={`Its ${plural(deleting.rows, 'row')} cannot be read afterwards. Sweeps that used it keep their runs.`}
          action={`Delete ${deleting.name}`}
          onConfirm={() => {
            client.dataset.delete.mutate({ id: deleting.id }).then(
              () => {
                say(`${deleting.name} is deleted.`)
                void setChosen(null)
                void refresh()
              },
              (error: unknown) => say(errorSentence(error), { urgent: true }),
            )
          }}
        />
      ) : null}
    </>
  )
}

function PreviewPane({ dataset }: { dataset: string }) {
  const trpc = useTRPC()
  const models = useQuery(trpc.model.list.queryOptions())
  const [model, setModel] = useState('builtin/tiny-llama')
  const { data, error, isFetching, refetch } = useQuery(
    trpc.dataset.preview.queryOptions(
      { model, dataset, maxLength: 512 },
      { retry: false, staleTime: 300_000 },
    ),
  )
  return (
    <section aria-label={`Preview of ${dataset}`}>
      <PaneHead
        title={dataset}
        sub={
          data
            ? `${formatCount(data.rows)} rows, ${formatCount(data.heldOutRows)} held out, as the model reads them`
            : 'as a model reads it'
        }
        actions={
          <Select
            look="quiet"
            prefix="Model"
            label="Model whose tokens are shown"
            value={model}
            onChange={setModel}
            options={(models.data ?? [{ id: model }]).map((one) => ({ value: one.id, label: one.id }))}
          />
        }
      />
      <div className="px-4 pb-4">
        {data ? (
          <DataPreview facts={data} />
        ) : (
          <Empty>
            {isFetching ? (
              'An agent reads the rows…'
            ) : error ? (
              <NotRead error={error} onRetry={() => void refetch()} />
            ) : null}
          </Empty>
        )}
      </div>
    </section>
  )
}
