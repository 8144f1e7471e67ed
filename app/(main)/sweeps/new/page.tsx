import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageCaller, pageQueries } from '@/app/server-data'
import { NewSweepPage } from '@/components/new-sweep/NewSweepPage'

export const metadata: Metadata = { title: 'New sweep' }

export default async function Page({ searchParams }: { searchParams: Promise<{ from?: string }> }) {
  const { from } = await searchParams
  const caller = await pageCaller()
  const { queryClient, trpc } = await pageQueries()
  const [draft, cloned] = await Promise.all([
    caller.draft.get(),
    from ? caller.sweep.clone({ id: from }).catch(() => null) : null,
    queryClient.prefetchQuery(trpc.policy.list.queryOptions()),
    queryClient.prefetchQuery(trpc.model.list.queryOptions()),
    queryClient.prefetchQuery(trpc.dataset.list.queryOptions()),
  ])
  return (
    <Prefetched>
      <NewSweepPage
        draft={draft}
        from={cloned ? (cloned.spec as unknown as Record<string, unknown>) : null}
      />
    </Prefetched>
  )
}
