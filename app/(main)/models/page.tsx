import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { ModelsPage } from '@/components/library/ModelsPage'

export const metadata: Metadata = { title: 'Models' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.model.list.queryOptions())
  return (
    <Prefetched>
      <ModelsPage />
    </Prefetched>
  )
}
