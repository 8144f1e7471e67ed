import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { DeploymentsPage } from '@/components/serving/DeploymentsPage'

export const metadata: Metadata = { title: 'Serving' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.deployment.list.queryOptions({ limit: 200 }))
  return (
    <Prefetched>
      <DeploymentsPage />
    </Prefetched>
  )
}
