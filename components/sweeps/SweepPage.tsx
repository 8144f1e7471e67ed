'use client'

import { useRouter } from 'next/navigation'
import { useCallback, useMemo, useState } from 'react'
import type { DecisionRow } from '@/server/views/decision-row'
import type { RunRow } from '@/server/views/run-row'
import { createHoverStore } from '../charts/hover-store'
import { seriesColour } from '../charts/loss/emphasis'
import { useSeries } from '../charts/loss/LossChart'
import { useShortcut } from '../keys/keys'
import { useLiveScope } from '../live/LiveProvider'
import { errorSentence } from '../trpc/errorSentence'
import { Empty } from '../ui/Empty'
import { Sheet } from '../ui/Sheet'
import { Skeleton } from '../ui/Skeleton'
import { SplitPane } from '../ui/SplitPane'
import { useNarrow, usePhone } from '../ui/useMediaQuery'
import { CloneDialog } from './CloneDialog'
import { CurvePane } from './CurvePane'
import { DecisionCard, peersOf } from './DecisionCard'
import { DecisionStream } from './DecisionStream'
import { filterRuns } from './filter-runs'
import { RunFilters } from './RunFilters'
import { RunTable } from './RunTable'
import { rungsOf } from './rungs'
import { StopNews } from './StopNews'
import { SweepHeader } from './SweepHeader'
import { SweepPhone } from './SweepPhone'
import { SweepStrip } from './SweepStrip'
import { useRunActions } from './useRunActions'
import { useSweepData } from './useSweepData'
import { useSweepView } from './useSweepView'
import { variedParameters } from './varied-parameters'
import { waitingFor } from './waiting-for'

/** A sweep: curves, table and decisions are one selection. */
export function SweepPage({ id }: { id: string }) {
  useLiveScope(id)
  const router = useRouter()
  const phone = usePhone()
  const narrow = useNarrow()
  const sweepView = useSweepView()
  const { view, setView, zoom } = sweepView
  const range = useMemo(() => (zoom ? { from: zoom[0], to: zoom[1] } : null), [zoom])
  const axis = view.x === 'steps' ? 'step' : view.x
  const { sweep, runs, decisions, curveRuns, curvesState, error } = useSweepData(id, range, axis)
  const actions = useRunActions(id)
  const [hover] = useState(createHoverStore)
  const [cloning, setCloning] = useState<RunRow | null>(null)
  const series = useSeries(curveRuns)

  const parameters = useMemo(() => variedParameters(runs), [runs])
  const rungs = useMemo(() => rungsOf(decisions), [decisions])
  const byId = useMemo(() => new Map(runs.map((run) => [run.id, run])), [runs])
  const matching = useMemo(() => filterRuns(runs, view.state, view.q), [runs, view.state, view.q])
  const matchingCurves = useMemo(() => {
    const ids = new Set(matching.map((run) => run.id))
    return curveRuns.filter((run) => ids.has(run.id))
  }, [matching, curveRuns])
  const rows = useMemo(
    () => matching.map((run) => ({ ...run, pending: actions.pending.has(run.id) })),
    [matching, actions.pending],
  )
  const selected = useMemo(
    () => runs.filter((run) => view.run.includes(run.number)).map((run) => run.id),
    [runs, view.run],
  )
  const opened = decisions.find((decision) => decision.id === view.decision) ?? null
  const openedRun = opened?.runId ? (byId.get(opened.runId) ?? null) : null
  const peers = useMemo(() => (opened ? peersOf(opened, runs) : []), [opened, runs])
  const peersAt =
    typeof opened?.seen.atSamples === 'number' && peers.length > 1 ? opened.seen.atSamples : null

  const openDecision = useCallback(
    (decision: DecisionRow | null) =>
      void setView(
        { decision: decision?.id ?? null, run: decision?.runNumber ? [decision.runNumber] : [] },
        { history: decision ? 'push' : 'replace' },
      ),
    [setView],
  )
  const select = useCallback(
    (runId: string | null, add: boolean) => {
      const run = runId === null ? null : byId.get(runId)
      if (!run) {
        void setView({ run: [], decision: null })
        return
      }
      const numbers = add
        ? view.run.includes(run.number)
          ? view.run.filter((number) => number !== run.number)
          : [...view.run, run.number]
        : [run.number]
      const decision =
        run.stopDecisionId ?? decisions.find((one) => one.runId === run.id && one.kind === 'stop')?.id
      void setView({ run: numbers, decision: add ? view.decision : (decision ?? null) })
    },
    [byId, decisions, setView, view.run, view.decision],
  )
  const openRun = useCallback(
    (runId: string) => {
      const run = byId.get(runId)
      if (run) router.push(`/sweeps/${id}/runs/${run.number}`)
    },
    [byId, id, router],
  )
  const colourOf = useCallback(
    (runId: string) => {
      const number = series.get(runId)
      return number === undefined ? null : seriesColour(number)
    },
    [series],
  )

  const chosen = selected.length > 0 ? (byId.get(selected[0]!) ?? null) : null
  const withChosen = (act: (run: RunRow) => void) => () => {
    if (chosen) act(chosen)
  }
  const step = (by: number) => () => {
    const at = decisions.findIndex((decision) => decision.id === view.decision)
    const next = decisions[Math.max(0, Math.min(decisions.length - 1, at + by))]
    if (next) openDecision(next)
  }
  useShortcut('p', 'Pin the selected run', withChosen(actions.pin), chosen !== null)
  useShortcut('s', 'Stop the selected run', withChosen(actions.stop), chosen !== null)
  useShortcut('r', 'Revive the selected run', withChosen(actions.revive), chosen !== null)
  useShortcut('c', 'Clone the selected run', withChosen(setCloning), chosen !== null)
  useShortcut(']', 'Next decision', step(1))
  useShortcut('[', 'Previous decision', step(-1))
  useShortcut('.', 'Back to now: whole axis', () => void setView({ zoom: null }))
  useShortcut('Escape', 'Clear the selection', () => void setView({ run: [], decision: null }))

  if (error) return <Empty>{errorSentence(error)}</Empty>
  if (!sweep) return <Skeleton className="m-4 h-40" />

  const curves = (
    <CurvePane
      name={sweep.name}
      runs={matchingCurves}
      total={runs.length}
      rungs={rungs}
      sweepView={sweepView}
      series={series}
      selected={selected}
      onSelect={select}
      hover={hover}
      parameterNames={parameters}
      peers={peers}
      peersAt={peersAt}
      waitingFor={waitingFor(sweep, curvesState)}
      compact={phone}
    />
  )
  const stream = (
    <DecisionStream
      decisions={decisions}
      runs={runs}
      opened={narrow ? null : view.decision}
      onOpen={openDecision}
      kind={view.kinds}
      onKind={(kinds) => void setView({ kinds })}
      actions={actions}
      onClone={setCloning}
    />
  )
  const strip = (
    <SweepStrip
      sweep={sweep}
      bestParams={sweep.best ? (byId.get(sweep.best.runId)?.params ?? null) : null}
      parameters={parameters}
    />
  )

  return (
    <>
      <SweepHeader sweep={sweep} />
      <StopNews
        sweepId={id}
        numberOf={(runId) => byId.get(runId)?.number}
        asToast={phone}
        onWhy={(decision, number) =>
          void setView(
            { decision, run: number === undefined ? [] : [number], tab: 'decisions' },
            { history: 'push' },
          )
        }
      />
      {sweep.error ? (
        <p role="alert" className="border-b border-line bg-bad-bg px-4 py-2 text-12 text-bad">
          {sweep.error}
        </p>
      ) : null}
      {phone ? (
        <SweepPhone
          sweep={sweep}
          tab={view.tab}
          onTab={(tab) => void setView({ tab })}
          curves={curves}
          runs={rows}
          parameters={parameters}
          colourOf={colourOf}
          onRun={openRun}
          decisions={stream}
        />
      ) : (
        <>
          {strip}
          <div className="flex min-h-0 flex-1">
            <div className="min-w-0 flex-1 bg-surface">
              <SplitPane
                label="Height of chart and table"
                share={52}
                first={curves}
                second={
                  <RunTable
                    rows={rows}
                    parameters={parameters}
                    sweepView={sweepView}
                    colourOf={colourOf}
                    selected={selected}
                    onSelect={select}
                    onOpen={openRun}
                    hover={hover}
                    filters={<RunFilters runs={runs} sweepView={sweepView} />}
                  />
                }
              />
            </div>
            {narrow ? null : <div className="w-84 shrink-0 border-l border-line wide:w-88">{stream}</div>}
          </div>
        </>
      )}
      {narrow && opened ? (
        <Sheet
          open
          onOpenChange={(open) => {
            if (!open) openDecision(null)
          }}
          title="Decision"
        >
          <DecisionCard
            decision={opened}
            run={openedRun}
            runs={runs}
            actions={actions}
            onClone={setCloning}
            touch
          />
        </Sheet>
      ) : null}
      {cloning ? <CloneDialog run={cloning} varied={parameters} onClose={() => setCloning(null)} /> : null}
    </>
  )
}
