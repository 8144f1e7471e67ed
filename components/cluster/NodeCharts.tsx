'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { NodeRow } from '@/server/views/node-row'
import { LinesChart } from '../charts/lines/LinesChart'
import { seriesColour, seriesDash } from '../charts/loss/emphasis'
import { type Tick, timeTickValues } from '../charts/scale/ticks'
import { useTRPC } from '../trpc/trpc'
import { formatBytes } from '../ui/format/bytes'
import { formatTime } from '../ui/format/time'
import { PaneHead } from '../ui/Pane'
import { Segmented } from '../ui/Segmented'
import { useNow } from '../ui/useNow'

const HOURS = { '1h': 1, '6h': 6, '1d': 24 } as const
const STEP = 20_000

const MEASURES = [
  {
    key: 'utilisation',
    title: 'Busy',
    unit: (value: number) => `${Math.round(value * 100)}%`,
    domain: [0, 1] as const,
  },
  { key: 'memoryUsedBytes', title: 'Memory', unit: formatBytes, domain: undefined },
  {
    key: 'temperatureC',
    title: 'Temperature',
    unit: (value: number) => `${Math.round(value)} °C`,
    domain: undefined,
  },
  { key: 'powerW', title: 'Power', unit: (value: number) => `${Math.round(value)} W`, domain: undefined },
] as const

/** Devices of one node over time; a device that does not tell something has no chart of it. */
export function NodeCharts({ node }: { node: NodeRow }) {
  const trpc = useTRPC()
  const [span, setSpan] = useState<keyof typeof HOURS>('1h')
  const now = useNow() ?? node.lastSeenAt.getTime()
  const to = Math.ceil(now / STEP) * STEP
  const from = to - HOURS[span] * 3600_000
  const { data } = useQuery(
    trpc.cluster.utilisation.queryOptions(
      { from: new Date(from), to: new Date(to), buckets: 120 },
      { placeholderData: keepPreviousData },
    ),
  )
  const own = useMemo(() => {
    const ids = new Set(node.gpus.map((gpu) => gpu.id))
    return (data?.series ?? []).filter((one) => ids.has(one.gpuId))
  }, [data, node])
  const timeTicks = (values: readonly number[]): Tick[] =>
    values.map((value) => ({ value, label: formatTime(new Date(value)) }))
  return (
    <section aria-label={`${node.name} over time`}>
      <PaneHead
        title={`How busy is ${node.name}?`}
        sub="one line a device"
        actions={
          <Segmented
            label="Window of the charts"
            value={span}
            onChange={setSpan}
            options={[
              { value: '1h', label: '1 h' },
              { value: '6h', label: '6 h' },
              { value: '1d', label: '1 d' },
            ]}
          />
        }
      />
      <div className="grid grid-cols-2 border-t border-line max-desk:grid-cols-1">
        {MEASURES.map((measure) => {
          const series = own
            .map((one, index) => ({
              label: one.gpuId.split('/').at(-1) ?? one.gpuId,
              colour: seriesColour((index % 8) + 1),
              dash: seriesDash((index % 8) + 1),
              points: one[measure.key].flatMap((value, bucket) =>
                value === null
                  ? []
                  : [
                      [
                        (data?.from.getTime() ?? 0) +
                          ((bucket + 0.5) / one[measure.key].length) *
                            ((data?.to.getTime() ?? 0) - (data?.from.getTime() ?? 0)),
                        value,
                      ] as const,
                    ],
              ),
            }))
            .filter((one) => one.points.length > 0)
          return (
            <section
              key={measure.key}
              aria-label={measure.title}
              className="border-b border-line desk:even:border-l"
            >
              <PaneHead title={measure.title} level={3} />
              <div className="px-4 pb-2">
                {series.length === 0 ? (
                  <p className="flex h-[140px] items-center justify-center text-12 text-ink-2">
                    {data ? `The devices of ${node.name} do not report this.` : 'Loading…'}
                  </p>
                ) : (
                  <LinesChart
                    series={series}
                    height={140}
                    xDomain={[from, to]}
                    yDomain={measure.domain}
                    xValues={timeTickValues}
                    xTicksOf={timeTicks}
                    yTicksOf={(values) =>
                      values.map((value) => ({ value, label: measure.unit(value).replace('.0 ', ' ') }))
                    }
                    formatX={(x) => formatTime(new Date(x))}
                    formatY={measure.unit}
                    sentence={`${measure.title} of ${series.length} devices of ${node.name}, last ${measure.unit(series[0]?.points.at(-1)?.[1] ?? 0)} on device ${series[0]?.label}.`}
                  />
                )}
              </div>
            </section>
          )
        })}
      </div>
    </section>
  )
}
