'use client'

import { useQuery } from '@tanstack/react-query'
import { useRefreshOn } from '../live/useRefreshOn'
import { useTRPC } from '../trpc/trpc'

const NEWEST = 500
const NO_RUNS: never[] = []

/** A sweep, its runs and decisions; all of it follows the journal. Points of curves come by themselves: `useCurveRuns`. */
export function useSweepData(id: string) {
  const trpc = useTRPC()
  const sweep = useQuery(trpc.sweep.get.queryOptions({ id }))
  const runs = useQuery(trpc.sweep.runs.queryOptions({ id }))
  const decisions = useQuery(trpc.decision.list.queryOptions({ sweepId: id, peers: false, limit: NEWEST }))
  useRefreshOn(
    (event) => event.jobId === id && event.kind !== 'outputs',
    [trpc.sweep.get.queryKey({ id }), trpc.sweep.runs.queryKey({ id })],
  )
  useRefreshOn(
    (event) => event.jobId === id && (event.kind === 'decision' || event.kind === 'wish'),
    [trpc.decision.list.queryKey({ sweepId: id, peers: false, limit: NEWEST })],
  )
  return {
    sweep: sweep.data?.sweep ?? null,
    runs: runs.data?.runs ?? NO_RUNS,
    decisions: decisions.data?.decisions ?? NO_RUNS,
    error: sweep.error ?? runs.error,
  }
}
