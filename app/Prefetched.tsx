import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { pageQueries } from './server-data'

/** Hands what the server asked for to the queries of the client components below. */
export async function Prefetched({ children }: { children: ReactNode }) {
  const { queryClient } = await pageQueries()
  return <HydrationBoundary state={dehydrate(queryClient)}>{children}</HydrationBoundary>
}
