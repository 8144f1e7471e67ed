'use client'

import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { unpackCurve } from '@/contracts/unpack-curve'
import type { RouterOutputs } from '@/server/routers/app-router'
import type { RunRow } from '@/server/views/run-row'
import { type CurveRun, NO_CURVE } from '../charts/loss/curve'
import { useLiveBatch } from '../live/LiveProvider'
import { useTRPC } from '../trpc/trpc'
import { runLabel } from '../ui/format/parameter'
import { useHydrated } from '../ui/useHydrated'
import { addPoints, type CurveBook, openBook } from './curve-book'
import { pointsOf } from './live-points'

/** A run as the chart sees it, before it has points. */
export const withoutCurve = (run: RunRow): CurveRun => ({
  id: run.id,
  label: runLabel(run.number),
  params: run.params,
  state: run.state,
  stopReason: run.stopReason,
  pinned: run.pinned,
  best: run.bestValLoss,
  validation: NO_CURVE,
  train: NO_CURVE,
})

const read = ({ curves }: RouterOutputs['sweep']['curves']): CurveBook => openBook(curves.map(unpackCurve))

/** Runs with their curves, live: points that arrive draw the chart anew and nothing else of the page. */
export function useCurveRuns(
  id: string,
  runs: readonly RunRow[],
  range: { from: number; to: number } | null,
  axis: 'samples' | 'step' | 'time',
) {
  const trpc = useTRPC()
  const whole = useQuery(trpc.sweep.curves.queryOptions({ id, metrics: ['train_loss', 'val_loss'] }))
  const zoomed = useQuery(
    trpc.sweep.curves.queryOptions(
      { id, metrics: ['train_loss', 'val_loss'], axis, range: range ?? undefined },
      { enabled: range !== null, placeholderData: (before) => before },
    ),
  )
  // Data may stream in between the server's drawing and the browser's first one: both begin without.
  const hydrated = useHydrated()
  const loaded = range === null ? whole.data : (zoomed.data ?? whole.data)
  const answer = hydrated ? loaded : undefined

  const [opened, setOpened] = useState(answer)
  const [book, setBook] = useState<CurveBook | null>(() => (answer ? read(answer) : null))
  if (answer && answer !== opened) {
    setOpened(answer)
    setBook(read(answer))
  }
  useLiveBatch((batch) => {
    if (!answer) return
    const points = batch
      .filter((event) => event.jobId === id)
      .flatMap((event) => pointsOf(event, answer.since))
    if (points.length > 0) setBook((before) => before && addPoints(before, points))
  })
  const curveRuns: CurveRun[] = useMemo(
    () =>
      runs.map((run) => {
        const curves = book?.curves.get(run.id)
        return {
          ...withoutCurve(run),
          validation: curves?.val_loss ?? NO_CURVE,
          train: curves?.train_loss ?? NO_CURVE,
        }
      }),
    [runs, book],
  )
  const state = !hydrated || (!loaded && whole.isPending) ? 'loading' : whole.isError ? 'error' : 'ready'
  return { curveRuns, state } as const
}
