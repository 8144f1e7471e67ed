'use client'

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Curve } from '@/contracts/packed-curve'
import { unpackCurve } from '@/contracts/unpack-curve'
import { LinesChart } from '../charts/lines/LinesChart'
import type { LineSeries } from '../charts/lines/prepareLines'
import { countTicks, lossTicks, type Tick } from '../charts/scale/ticks'
import { useTRPC } from '../trpc/trpc'
import { Empty } from '../ui/Empty'
import { formatLoss } from '../ui/format/loss'
import { formatCount } from '../ui/format/number'
import { formatScientific } from '../ui/format/parameter'
import { PaneHead } from '../ui/Pane'

const METRICS = ['train_loss', 'val_loss', 'learning_rate', 'grad_norm']

interface RunCurvesProps {
  runId: string
  label: string
  /** The best run of the sweep, to compare with. */
  best: { id: string; label: string } | null
}

const pointsOf = (curve: Curve | undefined): [number, number][] =>
  curve
    ? Array.from(curve.samples, (samples, index) => [samples, curve.value[index]!] as [number, number])
    : []

const plainTicks = (values: readonly number[]): Tick[] =>
  values.map((value) => ({
    value,
    label:
      value !== 0 && Math.abs(value) < 0.01 ? formatScientific(value) : String(Number(value.toPrecision(3))),
  }))

/** Both losses, learning rate and gradient norm over the samples that the run has seen. */
export function RunCurves({ runId, label, best }: RunCurvesProps) {
  const trpc = useTRPC()
  const own = useQuery(
    trpc.run.curve.queryOptions(
      { id: runId, metrics: METRICS, scale: 'linear' },
      { refetchInterval: 4000, staleTime: 3000 },
    ),
  )
  const other = useQuery(
    trpc.run.curve.queryOptions(
      { id: best?.id ?? '', metrics: ['val_loss'], scale: 'linear' },
      { enabled: best !== null },
    ),
  )
  const curves = useMemo(
    () => new Map((own.data?.curves ?? []).map((packed) => [packed.name, unpackCurve(packed)])),
    [own.data],
  )
  const rival = useMemo(
    () => (other.data?.curves[0] ? unpackCurve(other.data.curves[0]) : undefined),
    [other.data],
  )
  const losses: LineSeries[] = [
    { label: 'train', colour: 'var(--ctx)', points: pointsOf(curves.get('train_loss')) },
    ...(best && rival
      ? [{ label: best.label, colour: 'var(--series-1)', dash: '4 3', points: pointsOf(rival) }]
      : []),
    { label: 'validation', colour: 'var(--ink)', points: pointsOf(curves.get('val_loss')) },
  ]
  const points = losses.reduce((sum, line) => sum + line.points.length, 0)
  if (own.data && points === 0) return <Empty>The curves begin with the first step of this run.</Empty>
  const shared = { xTicksOf: countTicks, formatX: (x: number) => `${formatCount(Math.round(x))} samples` }
  return (
    <section aria-label="Curves of the run">
      <PaneHead
        title="Does it still learn?"
        sub={
          best
            ? `validation and training loss by samples, log; ${best.label} is the best run`
            : 'validation and training loss by samples, log'
        }
      />
      <div className="px-4 pb-2">
        {points === 0 ? (
          <div className="flex h-[260px] items-center justify-center text-12 text-ink-2">
            Loading the curves…
          </div>
        ) : (
          <LinesChart
            {...shared}
            series={losses}
            height={260}
            logY
            yTicksOf={lossTicks}
            formatY={(y) => formatLoss(y)}
            sentence={`Losses of ${label}, ${formatCount(points)} points.`}
          />
        )}
      </div>
      <div className="grid grid-cols-2 border-y border-line max-tablet:grid-cols-1">
        <Small
          title="Learning rate"
          loading={!own.data}
          series={pointsOf(curves.get('learning_rate'))}
          {...shared}
        />
        <Small
          title="Gradient norm"
          loading={!own.data}
          series={pointsOf(curves.get('grad_norm'))}
          {...shared}
        />
      </div>
    </section>
  )
}

interface SmallProps {
  title: string
  loading: boolean
  series: [number, number][]
  xTicksOf: (values: readonly number[]) => Tick[]
  formatX: (x: number) => string
}

function Small({ title, loading, series, xTicksOf, formatX }: SmallProps) {
  return (
    <section aria-label={title} className="border-line max-tablet:border-t tablet:even:border-l">
      <PaneHead title={title} sub="by samples" level={3} />
      <div className="px-4 pb-2">
        {series.length === 0 ? (
          <p className="flex h-[120px] items-center justify-center text-12 text-ink-2">
            {loading ? 'Loading…' : 'Nothing was reported yet.'}
          </p>
        ) : (
          <LinesChart
            xTicksOf={xTicksOf}
            formatX={formatX}
            series={[{ label: title, colour: 'var(--ink)', points: series }]}
            height={120}
            labels={false}
            yTicksOf={plainTicks}
            formatY={(y) => (Math.abs(y) < 0.01 ? formatScientific(y) : y.toPrecision(4))}
            sentence={`${title}, last ${series.at(-1)?.[1].toPrecision(3)}.`}
          />
        )}
      </div>
    </section>
  )
}
