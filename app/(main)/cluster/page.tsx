import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { ClusterPage } from '@/components/cluster/ClusterPage'

export const metadata: Metadata = { title: 'Cluster' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.cluster.nodes.queryOptions())
  return (
    <Prefetched>
      <ClusterPage />
    </Prefetched>
  )
}
