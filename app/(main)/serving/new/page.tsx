import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { NewDeploymentPage } from '@/components/serving/NewDeploymentPage'

export const metadata: Metadata = { title: 'Deploy' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.cluster.nodes.queryOptions())
  return (
    <Prefetched>
      <NewDeploymentPage />
    </Prefetched>
  )
}
