import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { OverviewPage } from '@/components/overview/OverviewPage'

export const metadata: Metadata = { title: 'Overview' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.overview.get.queryOptions())
  return (
    <Prefetched>
      <OverviewPage />
    </Prefetched>
  )
}
