'use client'

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
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

type Answer = RouterOutputs['sweep']['curves']

const METRICS = { validation: 'val_loss', train: 'train_loss' } as const
/** The loss that is not shown comes when the page stands. Unit: milliseconds. */
const OTHER_AFTER = 1000

const enter = (answer: Answer, before: CurveBook | null) => openBook(answer.curves.map(unpackCurve), before)

/** What the server answered about one loss, whole; live points go into the book that it opens. */
function useWholeCurves(id: string, metric: string, enabled: boolean) {
  const trpc = useTRPC()
  return useQuery(trpc.sweep.curves.queryOptions({ id, metrics: [metric] }, { enabled }))
}

/** Runs with their curves, live: points that arrive draw the chart anew and nothing else of the page. */
export function useCurveRuns(
  id: string,
  runs: readonly RunRow[],
  measure: 'validation' | 'train',
  range: { from: number; to: number } | null,
  axis: 'samples' | 'step' | 'time',
) {
  const trpc = useTRPC()
  const [stands, setStands] = useState(false)
  const validation = useWholeCurves(id, METRICS.validation, stands || measure === 'validation')
  const train = useWholeCurves(id, METRICS.train, stands || measure === 'train')
  const shown = measure === 'validation' ? validation : train
  const hasShown = shown.data !== undefined
  useEffect(() => {
    if (!hasShown) return
    const timer = setTimeout(() => setStands(true), OTHER_AFTER)
    return () => clearTimeout(timer)
  }, [hasShown])
  const zoomed = useQuery(
    trpc.sweep.curves.queryOptions(
      { id, metrics: Object.values(METRICS), axis, range: range ?? undefined },
      { enabled: range !== null, placeholderData: (before) => before },
    ),
  )
  // Data may stream in between the server's drawing and the browser's first one: both begin without.
  const hydrated = useHydrated()
  const [opened, setOpened] = useState<{ validation?: Answer; train?: Answer }>({})
  const [book, setBook] = useState<CurveBook | null>(null)
  for (const [name, answer] of [
    ['validation', validation.data],
    ['train', train.data],
  ] as const) {
    if (!hydrated || !answer || answer === opened[name]) continue
    setOpened((before) => ({ ...before, [name]: answer }))
    setBook((before) => enter(answer, before))
  }
  const detail = useMemo(
    () => (range !== null && zoomed.data ? enter(zoomed.data, null) : null),
    [range, zoomed.data],
  )
  useLiveBatch((batch) => {
    const { since } = opened.validation ?? opened.train ?? {}
    if (!since) return
    const points = batch
      .filter((event) => event.jobId === id)
      .flatMap((event) => pointsOf(event, since))
      .filter((point) => (point.name === METRICS.train ? opened.train : opened.validation) !== undefined)
    if (points.length > 0) setBook((before) => before && addPoints(before, points))
  })
  const drawn = detail ?? book
  const curveRuns: CurveRun[] = useMemo(
    () =>
      runs.map((run) => {
        const curves = drawn?.curves.get(run.id)
        return {
          ...withoutCurve(run),
          validation: curves?.val_loss ?? NO_CURVE,
          train: curves?.train_loss ?? NO_CURVE,
        }
      }),
    [runs, drawn],
  )
  const state = !hydrated || (!hasShown && shown.isPending) ? 'loading' : shown.isError ? 'error' : 'ready'
  /** Both losses are there: what is saved as a file has all of it. */
  const complete = validation.data !== undefined && train.data !== undefined
  return { curveRuns, state, complete } as const
}
