'use client'

import { skipToken, useQuery } from '@tanstack/react-query'
import type { DecisionRow } from '@/server/views/decision-row'
import { useTRPC } from '../trpc/trpc'

/** A decision with its peers, which lists leave out; `null` until it is there. It never changes. */
export function useDecision(id: number | null): DecisionRow | null {
  const trpc = useTRPC()
  const { data } = useQuery(
    trpc.decision.get.queryOptions(id === null ? skipToken : { id }, { staleTime: Number.POSITIVE_INFINITY }),
  )
  return data ?? null
}
