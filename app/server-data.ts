import { defaultShouldDehydrateQuery, QueryClient } from '@tanstack/react-query'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { resolvePrincipal } from '@/server/auth/resolve-principal'
import { appRouter, createCaller } from '@/server/routers/app-router'

/** Who asks for this page, once a request. */
const pageContext = cache(async () => {
  const sent = await headers()
  return { principal: await resolvePrincipal(sent), headers: sent as Headers }
})

/** The same procedures as over HTTP, with the same authorisation. */
export const pageCaller = cache(async () => createCaller(await pageContext()))

/** A query cache for this request and options of the same keys as in the browser: what is asked here is there at once. */
export const pageQueries = cache(async () => {
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: { retry: false },
      // What is asked but not awaited streams to the browser when it is there.
      dehydrate: {
        shouldDehydrateQuery: (query) =>
          defaultShouldDehydrateQuery(query) || query.state.status === 'pending',
      },
    },
  })
  const ctx = await pageContext()
  return { queryClient, trpc: createTRPCOptionsProxy({ ctx, router: appRouter, queryClient }) }
})

/** Sends strangers to the door: set-up where nobody owns this installation yet, else sign-in. */
export async function demandPerson(): Promise<void> {
  const { principal } = await pageContext()
  if (principal) return
  const caller = await pageCaller()
  const { hasOwner } = await caller.setup.status({})
  redirect(hasOwner ? '/sign-in' : '/setup')
}

export async function isSignedIn(): Promise<boolean> {
  return (await pageContext()).principal !== null
}
