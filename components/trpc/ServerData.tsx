'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, httpBatchStreamLink, httpSubscriptionLink, splitLink } from '@trpc/client'
import { type ReactNode, useState } from 'react'
import superjson from 'superjson'
import type { AppRouter } from '@/server/routers/app-router'
import { shareEqual } from './shareEqual'
import { TRPCProvider } from './trpc'

const newQueryClient = () =>
  new QueryClient({
    // Live events patch what is loaded, so nothing goes stale by itself.
    defaultOptions: {
      queries: { staleTime: 60_000, refetchOnWindowFocus: false, retry: 2, structuralSharing: shareEqual },
    },
  })

/** Queries, mutations and the one live subscription, for everything below. */
export function ServerData({ children }: { children: ReactNode }) {
  const [queryClient] = useState(newQueryClient)
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: (operation) => operation.type === 'subscription',
          true: httpSubscriptionLink({ url: '/api/trpc', transformer: superjson }),
          // Streamed, so that a quick answer does not wait for a slow one asked at the same moment.
          false: httpBatchStreamLink({ url: '/api/trpc', transformer: superjson, maxURLLength: 8000 }),
        }),
      ],
    }),
  )
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}
