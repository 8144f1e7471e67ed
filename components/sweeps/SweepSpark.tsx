'use client'

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { unpackCurve } from '@/contracts/unpack-curve'
import { Sparkline } from '../charts/Sparkline'
import { useTRPC } from '../trpc/trpc'
import { Skeleton } from '../ui/Skeleton'

/** The curves of a sweep in a table row: few points, asked again every 10 s while the page is open. */
export function SweepSpark({ id, bestRunId, name }: { id: string; bestRunId: string | null; name: string }) {
  const trpc = useTRPC()
  const { data } = useQuery(
    trpc.sweep.curves.queryOptions(
      { id, metrics: ['val_loss'], buckets: 16 },
      { refetchInterval: 10_000, staleTime: 9000 },
    ),
  )
  const curves = useMemo(
    () =>
      (data?.curves ?? []).map(unpackCurve).map((curve) => ({
        best: curve.runId === bestRunId,
        points: Array.from(curve.samples, (samples, index) => [samples, curve.value[index]!] as const).filter(
          (point) => Number.isFinite(point[1]),
        ),
      })),
    [data, bestRunId],
  )
  return data ? (
    <Sparkline curves={curves} label={`Validation loss of ${name}, ${curves.length} runs`} />
  ) : (
    <Skeleton className="h-7 w-[92px]" />
  )
}
