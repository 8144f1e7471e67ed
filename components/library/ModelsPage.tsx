'use client'

import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { Header } from '../frame/Header'
import { useTRPC } from '../trpc/trpc'
import { ButtonLink } from '../ui/Button'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { Facts } from '../ui/Facts'
import { formatBytes } from '../ui/format/bytes'
import { formatCount, formatShort, plural } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Skeleton } from '../ui/Skeleton'
import { NotRead } from './NotRead'

/** Base models that sweeps used, and what an agent says about one. */
export function ModelsPage() {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.model.list.queryOptions())
  const [chosen, setChosen] = useQueryState('model', parseAsString.withOptions({ history: 'push' }))
  const model = chosen ?? data?.[0]?.id ?? ''
  return (
    <>
      <Header
        title="Models"
        facts={
          data
            ? `${plural(data.length, 'model')}; a folder in Hugging Face format or a hub id works too`
            : undefined
        }
        actions={
          <ButtonLink href="/sweeps/new" icon={<Plus size={13} />}>
            New sweep
          </ButtonLink>
        }
      />
      <div className="flex min-h-0 flex-1 max-desk:flex-col">
        <ScrollRegion label="Models" className="min-h-0 min-w-0 flex-1 bg-surface">
          {data ? (
            <DataTable
              label="Models"
              columns={[{ head: 'Model' }, { head: 'What it is' }, { head: 'Sweeps', align: 'right' }]}
              rows={data.map((one) => ({
                key: one.id,
                cells: [
                  <button
                    key="name"
                    type="button"
                    aria-pressed={one.id === model}
                    onClick={() => void setChosen(one.id)}
                    className="rounded-4 font-semibold hover:underline aria-pressed:underline"
                  >
                    {one.id}
                  </button>,
                  one.summary ?? 'used by a sweep here',
                  formatCount(one.sweeps),
                ],
              }))}
            />
          ) : (
            <Skeleton className="m-4 h-24" />
          )}
        </ScrollRegion>
        <aside
          aria-label="About the model"
          className="w-88 shrink-0 border-l border-line bg-surface max-desk:w-full max-desk:border-t max-desk:border-l-0"
        >
          {model ? <ModelFactsPane model={model} /> : null}
        </aside>
      </div>
    </>
  )
}

function ModelFactsPane({ model }: { model: string }) {
  const trpc = useTRPC()
  const { data, error, isFetching, refetch } = useQuery(
    trpc.model.describe.queryOptions({ model }, { retry: false, staleTime: 300_000 }),
  )
  return (
    <>
      <PaneHead title={model} className="border-b border-line" />
      {data ? (
        <div className="px-4 py-3">
          <Facts
            rows={[
              ['Kind', data.architecture],
              ['Parameters', `${formatShort(data.parameters)} in ${data.dtype}`],
              ['Weights', formatBytes(data.weightBytes)],
              ['Layers', `${data.layers} of width ${formatCount(data.hidden)}`],
              [
                'Tokens',
                `${formatCount(data.vocab)} known${data.maxPositions ? `, ${formatCount(data.maxPositions)} positions` : ''}`,
              ],
              ['Rank', `up to ${formatCount(data.maxRank)}`],
            ]}
          />
          <h3 className="mt-4 mb-1 text-12 font-semibold">Modules an adapter attaches to</h3>
          <ul className="text-12 text-ink-2">
            {data.modules.map((module) => (
              <li
                key={module.name}
                className="flex justify-between gap-3 border-b border-line py-1 tabular-nums"
              >
                <span className="font-mono">{module.name}</span>
                <span>
                  {module.count} of {formatCount(module.inFeatures)} × {formatCount(module.outFeatures)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <Empty>
          {isFetching ? (
            'An agent reads the model…'
          ) : error ? (
            <NotRead error={error} onRetry={() => void refetch()} />
          ) : null}
        </Empty>
      )}
    </>
  )
}
