import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { DatasetsPage } from '@/components/library/DatasetsPage'

export const metadata: Metadata = { title: 'Data sets' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.dataset.list.queryOptions())
  return (
    <Prefetched>
      <DatasetsPage />
    </Prefetched>
  )
}
