'use client'

import {
  Download,
  Image as ImageIcon,
  Lasso,
  Link as LinkIcon,
  MoreHorizontal,
  Table as TableIcon,
} from 'lucide-react'
import { type MouseEvent, useRef, useState } from 'react'
import { copyPng } from '../charts/copyPng'
import type { HoverStore } from '../charts/hover-store'
import type { CurveRun, Rung } from '../charts/loss/curve'
import { groupedBy, groupRuns } from '../charts/loss/emphasis'
import { LossChart } from '../charts/loss/LossChart'
import { useShortcut } from '../keys/keys'
import { IconButton } from '../ui/Button'
import { ContextMenu } from '../ui/ContextMenu'
import { copyText } from '../ui/copyText'
import { formatCount } from '../ui/format/number'
import { formatParameter, parameterLabel } from '../ui/format/parameter'
import { Menu } from '../ui/Menu'
import type { MenuEntry } from '../ui/MenuEntries'
import { PaneHead } from '../ui/Pane'
import { Segmented } from '../ui/Segmented'
import { Select } from '../ui/Select'
import { StopGlyph } from '../ui/StopReason'
import { STOP_REASON_LOOKS } from '../ui/stop-reasons'
import { say } from '../ui/toasts'
import { CurveTable } from './CurveTable'
import { curvesCsv, saveText } from './curves-csv'
import type { AxesName, SweepView } from './useSweepView'

interface CurvePaneProps {
  name: string
  runs: readonly CurveRun[]
  /** Both losses are loaded. */
  complete: boolean
  /** How many runs there are without the filter. */
  total: number
  rungs: readonly Rung[]
  sweepView: SweepView
  series: ReadonlyMap<string, number>
  selected: readonly string[]
  onSelect: (id: string | null, add: boolean) => void
  onSelectAll: (ids: readonly string[]) => void
  /** What can be done with the run under the pointer. */
  menuAt: (runId: string | null) => readonly MenuEntry[] | null
  hover: HoverStore
  parameterNames: readonly string[]
  peers?: readonly { value: number; kept: boolean }[]
  peersAt?: number | null
  /** What the chart waits for, while it has nothing. */
  waitingFor: string
  compact?: boolean
  stale?: boolean
}

const AXES: readonly { value: AxesName; label: string }[] = [
  { value: 'log-log', label: 'log–log' },
  { value: 'log-y', label: 'log loss' },
  { value: 'log-x', label: 'log x' },
  { value: 'linear', label: 'linear' },
]
const SMOOTH = [
  { value: '0', label: 'off' },
  { value: '0.6', label: 'a little' },
  { value: '0.9', label: 'strong' },
] as const

/** The question of the page, its chart and what can be changed about it. */
export function CurvePane(props: CurvePaneProps) {
  const { runs, total, rungs, sweepView, compact = false } = props
  const { view, setView, loss, zoom } = sweepView
  const [asTable, setAsTable] = useState(false)
  const [lasso, setLasso] = useState(false)
  const pane = useRef<HTMLElement>(null)
  useShortcut('l', 'Select runs with a lasso', () => setLasso(!lasso), !compact)
  useShortcut('Escape', 'Put the lasso away', () => setLasso(false), lasso)
  const picture = () => {
    if (!pane.current) return
    copyPng(pane.current).then(
      () => say('Picture of the chart copied.'),
      (error: unknown) =>
        say(`The chart was not copied: ${error instanceof Error ? error.message : 'the browser refused.'}`, {
          urgent: true,
        }),
    )
  }
  const counts = stopCounts(runs)
  const points = runs.reduce((sum, run) => sum + run[loss.measure].from, 0)
  const drawn = runs.reduce((sum, run) => sum + run[loss.measure].steps.length, 0)
  const shows = [
    { value: 'best', label: 'best 4 and pins' },
    ...props.parameterNames.map((name) => ({
      value: `by:${name}`,
      label: `by ${parameterLabel(name).toLowerCase()}`,
    })),
    { value: 'selected', label: 'selected' },
  ]
  const empty = runs.every((run) => run[loss.measure].steps.length === 0)

  return (
    <section ref={pane} aria-label="Loss curves" className="flex h-full min-h-0 flex-col bg-surface">
      <PaneHead
        title="Which runs are worth finishing?"
        sub={
          compact
            ? `${loss.measure === 'train' ? 'Training' : 'Validation'} loss by ${view.x}, ${view.axes.replace('-', '–')}`
            : undefined
        }
        className={compact ? 'flex-col !items-start pt-2' : undefined}
        actions={
          <>
            {compact ? null : (
              <>
                <Segmented
                  label="Loss"
                  value={view.measure}
                  onChange={(measure) => void setView({ measure })}
                  options={[
                    { value: 'validation', label: 'Validation' },
                    { value: 'train', label: 'Train' },
                  ]}
                />
                <Segmented
                  label="Horizontal axis"
                  value={view.x}
                  onChange={(x) => void setView({ x, zoom: null })}
                  options={[
                    { value: 'samples', label: 'Samples' },
                    { value: 'steps', label: 'Steps' },
                    { value: 'time', label: 'Time' },
                  ]}
                />
                <Select
                  look="quiet"
                  bare
                  prefix="Axes"
                  label="Axes"
                  value={view.axes}
                  onChange={(axes) => void setView({ axes })}
                  options={AXES}
                />
                <Select
                  look="quiet"
                  bare
                  prefix="Smooth"
                  label="Smoothing"
                  value={String(view.smooth) as '0' | '0.6' | '0.9'}
                  onChange={(smooth) => void setView({ smooth: Number(smooth) })}
                  options={SMOOTH}
                />
              </>
            )}
            <Select
              look="quiet"
              prefix="Show"
              label="Which runs have a colour"
              value={view.show}
              onChange={(show) => void setView({ show })}
              options={shows}
            />
            <Menu
              trigger={
                <IconButton label="More about this chart" size="small">
                  <MoreHorizontal size={14} />
                </IconButton>
              }
              entries={[
                {
                  label: asTable ? 'Show as chart' : 'Show as table',
                  icon: <TableIcon size={13} />,
                  onSelect: () => setAsTable(!asTable),
                },
                {
                  label: 'Download CSV',
                  effect: props.complete ? undefined : 'still loading',
                  disabled: !props.complete,
                  icon: <Download size={13} />,
                  onSelect: () => saveText(`${props.name}.csv`, curvesCsv(runs)),
                },
                { label: 'Copy PNG', icon: <ImageIcon size={13} />, onSelect: picture },
                {
                  label: 'Copy link',
                  icon: <LinkIcon size={13} />,
                  onSelect: () => copyText(window.location.href, 'Link copied. It opens this view.'),
                },
                'line',
                {
                  label: 'Select with a lasso',
                  icon: <Lasso size={13} />,
                  shortcut: 'L',
                  onSelect: () => setLasso(true),
                },
              ]}
            />
          </>
        }
      />
      <ContextMenu
        className="relative min-h-0 flex-1 px-4"
        entriesAt={(event: MouseEvent) =>
          event.target instanceof Element && event.target.closest('[data-chart]')
            ? props.menuAt(props.hover.get())
            : null
        }
      >
        {asTable ? (
          <CurveTable runs={runs} measure={loss.measure} />
        ) : (
          <LossChart
            runs={runs}
            rungs={rungs}
            view={loss}
            series={props.series}
            zoom={zoom}
            onZoom={(next) => void setView({ zoom: next === null ? null : [...next] })}
            selected={props.selected}
            onSelect={props.onSelect}
            lasso={lasso}
            onLasso={(ids) => {
              setLasso(false)
              props.onSelectAll(ids)
            }}
            hover={props.hover}
            parameterNames={props.parameterNames}
            peers={props.peers}
            peersAt={props.peersAt}
            compact={compact}
            stale={props.stale}
          />
        )}
        {total > 0 && runs.length === 0 ? (
          <ChartNote>
            0 of {formatCount(total)} runs match.{' '}
            <button type="button" className="underline" onClick={() => void setView({ state: 'all', q: '' })}>
              Clear filters
            </button>
          </ChartNote>
        ) : empty ? (
          <ChartNote>{props.waitingFor}</ChartNote>
        ) : null}
        {lasso ? (
          <ChartChip onClick={() => setLasso(false)} hint="Esc">
            Draw around runs
          </ChartChip>
        ) : zoom ? (
          <ChartChip onClick={() => void setView({ zoom: null })} hint=".">
            Zoomed in, show all
          </ChartChip>
        ) : null}
      </ContextMenu>
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 px-4 pb-1.5 text-12 text-ink-2">
        {counts.length > 0 ? (
          <span className="ml-11 text-11 text-ink-3 max-tablet:hidden">Ended at</span>
        ) : null}
        {counts.map(({ reason, count }) => (
          <button
            key={reason}
            type="button"
            onClick={() => void setView({ state: view.state === reason ? 'all' : reason })}
            aria-pressed={view.state === reason}
            className="inline-flex h-6 items-center gap-1.5 rounded-5 px-1 hover:bg-hover aria-pressed:bg-selected"
          >
            <StopGlyph reason={reason} size={10} />
            {STOP_REASON_LOOKS[reason].label.toLowerCase()} {count}
          </button>
        ))}
        <GroupLegend runs={runs} by={groupedBy(view.show)} />
        {drawn < points && groupedBy(view.show) === null ? (
          <span className="ml-auto text-11 text-ink-3">
            {formatCount(points)} points drawn as {formatCount(drawn)}, extremes kept. Zoom for all.
          </span>
        ) : null}
      </div>
    </section>
  )
}

/** What the colours mean, where they are values of one parameter. */
function GroupLegend({ runs, by }: { runs: readonly CurveRun[]; by: string | null }) {
  if (by === null) return null
  return (
    <span className="ml-auto flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="text-11 text-ink-3">{parameterLabel(by)}</span>
      {groupRuns(runs, by).map((group) => (
        <span key={group.key} className="inline-flex items-center gap-1.5 tabular-nums">
          <span className="h-0.5 w-3.5" style={{ background: group.colour }} aria-hidden="true" />
          {formatParameter(by, group.value)}
        </span>
      ))}
    </span>
  )
}

function ChartChip({
  onClick,
  hint,
  children,
}: {
  onClick: () => void
  hint: string
  children: React.ReactNode
}) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="absolute top-1 right-6 rounded-6 border border-line-2 bg-surface px-2 py-0.5 text-11 text-ink-2 hover:bg-hover"
    >
      {children} <kbd className="ml-1 font-sans text-ink-3">{hint}</kbd>
    </button>
  )
}

function ChartNote({ children }: { children: React.ReactNode }) {
  return (
    <div className="pointer-events-none absolute inset-0 flex items-center justify-center">
      <p className="pointer-events-auto max-w-[48ch] rounded-6 bg-surface px-3 py-1.5 text-center text-12 text-ink-2">
        {children}
      </p>
    </div>
  )
}

function stopCounts(runs: readonly CurveRun[]) {
  const counts = new Map<NonNullable<CurveRun['stopReason']>, number>()
  for (const run of runs)
    if (run.stopReason && (run.state === 'parked' || run.state === 'failed'))
      counts.set(run.stopReason, (counts.get(run.stopReason) ?? 0) + 1)
  return [...counts.entries()].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
}
