'use client'

import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useCallback, useMemo, useState } from 'react'
import type { DecisionRow } from '@/server/views/decision-row'
import type { RunRow } from '@/server/views/run-row'
import { createHoverStore } from '../charts/hover-store'
import { groupedBy, groupRuns, seriesColour } from '../charts/loss/emphasis'
import { useSeries } from '../charts/loss/LossChart'
import { useLiveScope } from '../live/LiveProvider'
import { errorSentence } from '../trpc/errorSentence'
import { Empty } from '../ui/Empty'
import { Sheet } from '../ui/Sheet'
import { Skeleton } from '../ui/Skeleton'
import { SplitPane } from '../ui/SplitPane'
import { useNarrow, usePhone } from '../ui/useMediaQuery'
import { DecisionCard, peersOf } from './DecisionCard'
import { DecisionStream } from './DecisionStream'
import { filterRuns } from './filter-runs'
import { RunFilters } from './RunFilters'
import { RunTable } from './RunTable'
import { runMenu } from './run-menu'
import { rungsOf } from './rungs'
import { StopNews } from './StopNews'
import { SweepCurves } from './SweepCurves'
import { SweepHeader } from './SweepHeader'
import { SweepPhone } from './SweepPhone'
import { SweepStrip } from './SweepStrip'
import { withoutCurve } from './useCurveRuns'
import { useDecision } from './useDecision'
import { useRunActions } from './useRunActions'
import { useSweepData } from './useSweepData'
import { useSweepKeys } from './useSweepKeys'
import { useSweepView } from './useSweepView'
import { variedParameters } from './varied-parameters'

/** It checks values by the schema, which nothing else here needs: loaded when somebody clones. */
const CloneDialog = dynamic(() => import('./CloneDialog').then((module) => module.CloneDialog))

/** A sweep: curves, table and decisions are one selection. */
export function SweepPage({ id, splitShare }: { id: string; splitShare: number }) {
  useLiveScope(id)
  const router = useRouter()
  const phone = usePhone()
  const narrow = useNarrow()
  const sweepView = useSweepView()
  const { view, setView } = sweepView
  const { sweep, runs, decisions, error } = useSweepData(id)
  const actions = useRunActions(id)
  const [hover] = useState(createHoverStore)
  const [cloning, setCloning] = useState<RunRow | null>(null)
  const series = useSeries(useMemo(() => runs.map(withoutCurve), [runs]))

  const parameters = useMemo(() => variedParameters(runs), [runs])
  const rungs = useMemo(() => rungsOf(decisions), [decisions])
  const byId = useMemo(() => new Map(runs.map((run) => [run.id, run])), [runs])
  const matching = useMemo(() => filterRuns(runs, view.state, view.q), [runs, view.state, view.q])
  const rows = useMemo(
    // A run that did not change stays the same object, so that its row is not drawn again.
    () => matching.map((run) => (actions.pending.has(run.id) ? { ...run, pending: true } : run)),
    [matching, actions.pending],
  )
  const chosen = useMemo(() => runs.filter((run) => view.run.includes(run.number)), [runs, view.run])
  const selected = useMemo(() => chosen.map((run) => run.id), [chosen])
  const opened = decisions.find((decision) => decision.id === view.decision) ?? null
  const openedRun = opened?.runId ? (byId.get(opened.runId) ?? null) : null
  const evidence = useDecision(opened?.id ?? null)
  const peers = useMemo(() => peersOf(evidence, runs), [evidence, runs])
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
      const decision =
        run.stopDecisionId ?? decisions.find((one) => one.runId === run.id && one.kind === 'stop')?.id
      void setView((before) => ({
        run: !add
          ? [run.number]
          : before.run.includes(run.number)
            ? before.run.filter((number) => number !== run.number)
            : [...before.run, run.number],
        decision: add ? before.decision : (decision ?? null),
      }))
    },
    [byId, decisions, setView],
  )
  const selectAll = useCallback(
    (ids: readonly string[]) =>
      void setView({ run: ids.flatMap((one) => byId.get(one)?.number ?? []), decision: null }),
    [byId, setView],
  )
  const openRun = useCallback(
    (runId: string) => {
      const run = byId.get(runId)
      if (run) router.push(`/sweeps/${id}/runs/${run.number}`)
    },
    [byId, id, router],
  )
  const menuAt = useCallback(
    (runId: string | null) => {
      const run = runId === null ? undefined : byId.get(runId)
      if (!run) return null
      const of = chosen.length > 1 && chosen.includes(run) ? chosen : [run]
      return runMenu({ runs: of, parameters, actions, onOpen: openRun, onClone: setCloning })
    },
    [byId, chosen, parameters, actions, openRun],
  )
  const groupColours = useMemo(() => {
    const name = groupedBy(view.show)
    if (name === null) return null
    const groups = groupRuns(runs.map(withoutCurve), name)
    return new Map(groups.flatMap((group) => group.runs.map((run) => [run.id, group.colour])))
  }, [runs, view.show])
  const colourOf = useCallback(
    (runId: string) => {
      if (groupColours) return groupColours.get(runId) ?? null
      const number = series.get(runId)
      return number === undefined ? null : seriesColour(number)
    },
    [series, groupColours],
  )
  const setKinds = useCallback((kinds: string) => void setView({ kinds }), [setView])
  useSweepKeys({
    runs,
    chosen,
    decisions,
    sweepView,
    actions,
    onSelect: select,
    onOpenDecision: openDecision,
    onClone: setCloning,
  })
  const filters = useMemo(() => <RunFilters runs={runs} sweepView={sweepView} />, [runs, sweepView])

  if (error) return <Empty>{errorSentence(error)}</Empty>
  if (!sweep) return <Skeleton className="m-4 h-40" />

  const curves = (
    <SweepCurves
      sweep={sweep}
      runs={runs}
      matching={matching}
      rungs={rungs}
      sweepView={sweepView}
      series={series}
      selected={selected}
      onSelect={select}
      onSelectAll={selectAll}
      menuAt={menuAt}
      hover={hover}
      parameterNames={parameters}
      peers={peers}
      peersAt={peersAt}
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
      onKind={setKinds}
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
                name="sweep"
                share={splitShare}
                first={curves}
                second={
                  <RunTable
                    rows={rows}
                    parameters={parameters}
                    sweepView={sweepView}
                    colourOf={colourOf}
                    selected={selected}
                    onSelect={select}
                    onSelectAll={selectAll}
                    onOpen={openRun}
                    menuAt={menuAt}
                    hover={hover}
                    filters={filters}
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
            decisions={decisions}
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
