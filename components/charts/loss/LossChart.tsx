'use client'

import clsx from 'clsx'
import { useEffect, useMemo, useState } from 'react'
import { formatLoss } from '@/components/ui/format/loss'
import { type HoverStore, useHovered } from '../hover-store'
import type { Domain } from '../scale/domain'
import { useSize } from '../useSize'
import { CANVAS_ABOVE, ContextCanvas } from './ContextCanvas'
import type { CurveRun, LossMeasure, Rung, XMeasure } from './curve'
import { assignSeries, type Emphasis, emphasisedRuns } from './emphasis'
import { LossLayers, scalesOf } from './LossLayers'
import { LossTooltip } from './LossTooltip'
import { type DrawnPoint, type LossPicture, prepareLoss } from './prepareLoss'
import { useLossPointer } from './useLossPointer'

export interface LossView {
  measure: LossMeasure
  x: XMeasure
  logX: boolean
  logY: boolean
  smoothing: number
  emphasis: Emphasis
}

interface LossChartProps {
  runs: readonly CurveRun[]
  rungs: readonly Rung[]
  view: LossView
  /** Series number of each emphasised run; the table shows the same. */
  series: ReadonlyMap<string, number>
  zoom: Domain | null
  onZoom: (zoom: Domain | null) => void
  selected: readonly string[]
  onSelect: (id: string | null, add: boolean) => void
  /** The pointer draws an outline around runs instead of zooming. */
  lasso?: boolean
  onLasso?: (ids: readonly string[]) => void
  hover: HoverStore
  parameterNames: readonly string[]
  peers?: readonly { value: number; kept: boolean }[]
  /** Where the peers are compared. Unit: samples. */
  peersAt?: number | null
  compact?: boolean
  stale?: boolean
}

/** Series numbers that stay with their runs while the page is open. */
export function useSeries(runs: readonly CurveRun[]): ReadonlyMap<string, number> {
  const [series, setSeries] = useState<ReadonlyMap<string, number>>(() => new Map())
  const wanted = useMemo(() => emphasisedRuns(runs), [runs])
  const same = wanted.length === series.size && wanted.every((id) => series.has(id))
  if (!same) setSeries(assignSeries(series, wanted))
  return series
}

/** Where the axes of a view stand: they only grow while the page is open, and remembering draws nothing again. */
class DomainMemory {
  private readonly known = new Map<string, { x: Domain; y: Domain }>()
  of = (view: string) => this.known.get(view) ?? null
  keep = (view: string, domains: { x: Domain; y: Domain }) => void this.known.set(view, domains)
}

const NO_MARKS: ReadonlySet<string> = new Set()

/** The loss overlay: which runs are worth finishing? */
export function LossChart(props: LossChartProps) {
  const { runs, rungs, view, series, zoom, selected, hover, compact = false, stale = false } = props
  const [box, size] = useSize<HTMLDivElement>()
  const [growth] = useState(() => new DomainMemory())
  const [known, setKnown] = useState<ReadonlySet<string> | null>(null)
  const key = `${view.measure} ${view.x} ${view.logX} ${view.logY}`

  const picture: LossPicture | null = useMemo(
    () =>
      size && size.width > 0 && size.height > 60
        ? prepareLoss({
            runs,
            rungs,
            ...view,
            width: size.width,
            height: size.height,
            series,
            selected,
            zoom,
            before: growth.of(key),
            compact,
          })
        : null,
    [runs, rungs, view, series, selected, zoom, size, compact, growth, key],
  )
  useEffect(() => {
    if (picture && !zoom && picture.points.length > 0)
      growth.keep(key, { x: picture.xDomain, y: picture.yDomain })
  }, [growth, key, picture, zoom])
  if (picture && known === null) setKnown(new Set(picture.marks.map((mark) => mark.id)))
  const fresh = useMemo(() => {
    const marks = known === null ? [] : (picture?.marks ?? []).filter((mark) => !known.has(mark.id))
    return marks.length === 0 ? NO_MARKS : new Set(marks.map((mark) => mark.id))
  }, [picture, known])
  const byRun = useMemo(() => groupPoints(picture?.points ?? []), [picture])
  const onCanvas = runs.length > CANVAS_ABOVE
  const pointer = useLossPointer(picture, hover, props)
  const spoken = pointer.cursor?.byKey ? pointer.cursor.point : null
  const spokenRun = spoken ? runs.find((run) => run.id === spoken.id) : undefined

  return (
    <div ref={box} data-chart className="relative h-full min-h-40 w-full">
      {picture && size && onCanvas ? (
        <ContextCanvas
          context={picture.context}
          plot={picture.plot}
          width={size.width}
          height={size.height}
        />
      ) : null}
      <div
        role="img"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk the points
        tabIndex={0}
        aria-label={picture?.sentence ?? 'Loss curves'}
        aria-roledescription="chart, arrow keys walk its points"
        data-testid="loss-chart"
        className={clsx(
          'absolute inset-0 touch-pan-y outline-offset-[-2px] select-none',
          props.lasso && 'cursor-crosshair',
        )}
        {...pointer.handlers}
      >
        {picture && size ? (
          <svg
            width={size.width}
            height={size.height}
            aria-hidden="true"
            className="pointer-events-none absolute inset-0 block overflow-visible will-change-transform"
          >
            <LossLayers
              picture={picture}
              selected={selected}
              fresh={fresh}
              peers={props.peers ?? NONE}
              peersAt={view.x === 'samples' ? (props.peersAt ?? null) : null}
              stale={stale}
              withContext={!onCanvas}
            />
          </svg>
        ) : null}
        {/* A layer of its own: what follows the pointer does not paint the lines again. */}
        {picture && size ? (
          <svg
            width={size.width}
            height={size.height}
            aria-hidden="true"
            className="pointer-events-none absolute inset-0 block overflow-visible will-change-transform"
          >
            <HoveredLine byRun={byRun} hover={hover} />
            {pointer.drag ? (
              <rect
                x={Math.min(pointer.drag.from, pointer.drag.to)}
                y={picture.plot.top}
                width={Math.abs(pointer.drag.to - pointer.drag.from)}
                height={picture.plot.bottom - picture.plot.top}
                fill="var(--ink)"
                fillOpacity="0.08"
              />
            ) : null}
            {pointer.outline ? (
              <path
                d={`M${pointer.outline.map(([x, y]) => `${x} ${y}`).join('L')}Z`}
                fill="var(--ink)"
                fillOpacity="0.06"
                stroke="var(--ink)"
                strokeDasharray="3 2"
              />
            ) : null}
            {pointer.cursor && !pointer.drag ? (
              <line
                x1={pointer.cursor.x}
                x2={pointer.cursor.x}
                y1={picture.plot.top}
                y2={picture.plot.bottom}
                stroke="var(--line-3)"
                strokeDasharray="1 2"
              />
            ) : null}
          </svg>
        ) : null}
      </div>
      {picture && size && pointer.cursor && !pointer.drag ? (
        <LossTooltip
          run={runs.find((run) => run.id === pointer.cursor?.point?.id) ?? null}
          point={pointer.cursor.point}
          at={pointer.cursor.point?.at ?? scalesOf(picture).x.invert(pointer.cursor.x)}
          x={view.x}
          parameterNames={props.parameterNames}
          others={linesAt(picture, byRun, pointer.cursor.x, pointer.cursor.point?.id ?? null)}
          width={190}
          place={{ x: pointer.cursor.x, y: pointer.cursor.y, width: size.width, height: size.height }}
        />
      ) : null}
      <span className="sr-only" aria-live="polite">
        {spoken && spokenRun
          ? `${spokenRun.label}, ${formatLoss(spoken.loss)} at ${Math.round(spoken.at)} ${view.x}`
          : ''}
      </span>
    </div>
  )
}

const NONE: readonly { value: number; kept: boolean }[] = []

type PointsByRun = ReadonlyMap<string, readonly DrawnPoint[]>

function groupPoints(points: readonly DrawnPoint[]): PointsByRun {
  const byRun = new Map<string, DrawnPoint[]>()
  for (const point of points) {
    const own = byRun.get(point.id)
    if (own) own.push(point)
    else byRun.set(point.id, [point])
  }
  return byRun
}

/** The line of the run that is hovered here or in the table, in ink above all. */
function HoveredLine({ byRun, hover }: { byRun: PointsByRun; hover: HoverStore }) {
  const id = useHovered(hover)
  const path = useMemo(
    () =>
      (id === null ? [] : (byRun.get(id) ?? []))
        .map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x} ${point.y}`)
        .join(''),
    [byRun, id],
  )
  return id === null ? null : (
    <path d={path} fill="none" stroke="var(--ink)" strokeWidth="2" strokeLinejoin="round" />
  )
}

/** Loss of each emphasised line at a pixel, nearest drawn point, where the line reaches it; best first, at most 5. */
function linesAt(picture: LossPicture, byRun: PointsByRun, x: number, without: string | null) {
  const values: { label: string; loss: number; colour: string }[] = []
  for (const line of picture.lines) {
    if (line.id === without) continue
    const own = byRun.get(line.id) ?? []
    const last = own.at(-1)
    if (!last || last.x < x - 8) continue
    let nearest = last
    for (const point of own) if (Math.abs(point.x - x) < Math.abs(nearest.x - x)) nearest = point
    values.push({ label: line.label, loss: nearest.loss, colour: line.colour })
  }
  return values.sort((a, b) => a.loss - b.loss).slice(0, 5)
}
