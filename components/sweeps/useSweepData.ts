'use client'

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { unpackCurve } from '@/contracts/packed-curve'
import { type CurveRun, NO_CURVE } from '../charts/loss/curve'
import { useLiveBatch } from '../live/LiveProvider'
import { useRefreshOn } from '../live/useRefreshOn'
import { useTRPC } from '../trpc/trpc'
import { runLabel } from '../ui/format/parameter'
import { addPoints, type CurveBook, openBook } from './curve-book'
import { pointsOf } from './live-points'

const NEWEST = 500

/** A sweep, its runs, decisions and curves; all of it follows the journal. */
export function useSweepData(
  id: string,
  range: { from: number; to: number } | null,
  axis: 'samples' | 'step' | 'time',
) {
  const trpc = useTRPC()
  const sweep = useQuery(trpc.sweep.get.queryOptions({ id }))
  const runs = useQuery(trpc.sweep.runs.queryOptions({ id }))
  const decisions = useQuery(trpc.decision.list.queryOptions({ sweepId: id, limit: NEWEST }))
  const whole = useQuery(trpc.sweep.curves.queryOptions({ id, metrics: ['train_loss', 'val_loss'] }))
  const zoomed = useQuery(
    trpc.sweep.curves.queryOptions(
      { id, metrics: ['train_loss', 'val_loss'], axis, range: range ?? undefined },
      { enabled: range !== null, placeholderData: (before) => before },
    ),
  )
  const answer = range === null ? whole.data : (zoomed.data ?? whole.data)

  const [book, setBook] = useState<CurveBook>(() => openBook([]))
  useEffect(() => {
    if (answer) setBook(openBook(answer.curves.map(unpackCurve)))
  }, [answer])
  useLiveBatch((batch) => {
    if (!answer) return
    const points = batch
      .filter((event) => event.jobId === id)
      .flatMap((event) => pointsOf(event, answer.since))
    if (points.length > 0) setBook((before) => addPoints(before, points))
  })
  useRefreshOn(
    (event) => event.jobId === id && event.kind !== 'outputs',
    [trpc.sweep.get.queryKey({ id }), trpc.sweep.runs.queryKey({ id })],
  )
  useRefreshOn(
    (event) => event.jobId === id && (event.kind === 'decision' || event.kind === 'wish'),
    [trpc.decision.list.queryKey({ sweepId: id, limit: NEWEST })],
  )

  const rows = runs.data?.runs
  const curveRuns: CurveRun[] = useMemo(
    () =>
      (rows ?? []).map((run) => {
        const curves = book.curves.get(run.id)
        return {
          id: run.id,
          label: runLabel(run.number),
          params: run.params,
          state: run.state,
          stopReason: run.stopReason,
          pinned: run.pinned,
          best: run.bestValLoss,
          validation: curves?.val_loss ?? NO_CURVE,
          train: curves?.train_loss ?? NO_CURVE,
        }
      }),
    [rows, book],
  )
  return {
    sweep: sweep.data?.sweep ?? null,
    runs: rows ?? [],
    decisions: decisions.data?.decisions ?? [],
    curveRuns,
    curvesState: whole.isError
      ? ('error' as const)
      : whole.isPending
        ? ('loading' as const)
        : ('ready' as const),
    retryCurves: whole.refetch,
    error: sweep.error ?? runs.error,
  }
}
