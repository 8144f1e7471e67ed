'use client'

import { type ComponentProps, memo, useMemo } from 'react'
import type { RunRow } from '@/server/views/run-row'
import type { SweepSummary } from '@/server/views/sweep-summary'
import { CurvePane } from './CurvePane'
import { useCurveRuns } from './useCurveRuns'
import { waitingFor } from './waiting-for'

interface SweepCurvesProps
  extends Omit<ComponentProps<typeof CurvePane>, 'name' | 'runs' | 'total' | 'waitingFor' | 'complete'> {
  sweep: SweepSummary
  runs: readonly RunRow[]
  /** Runs that the filters let through. */
  matching: readonly RunRow[]
}

/** The chart with its live points. What ticks is drawn here, apart from the table and the decisions. */
export const SweepCurves = memo(function SweepCurves({ sweep, runs, matching, ...pane }: SweepCurvesProps) {
  const { view, zoom } = pane.sweepView
  const range = useMemo(() => (zoom ? { from: zoom[0], to: zoom[1] } : null), [zoom])
  const axis = view.x === 'steps' ? 'step' : view.x
  const { curveRuns, state, complete } = useCurveRuns(sweep.id, runs, view.measure, range, axis)
  const shown = useMemo(() => {
    if (matching.length === runs.length) return curveRuns
    const ids = new Set(matching.map((run) => run.id))
    return curveRuns.filter((run) => ids.has(run.id))
  }, [matching, runs.length, curveRuns])
  return (
    <CurvePane
      {...pane}
      name={sweep.name}
      runs={shown}
      total={runs.length}
      complete={complete}
      waitingFor={waitingFor(sweep, state)}
    />
  )
})
