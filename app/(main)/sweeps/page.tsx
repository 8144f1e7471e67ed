import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { SweepsPage } from '@/components/sweeps/SweepsPage'

export const metadata: Metadata = { title: 'Sweeps' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.sweep.list.queryOptions({ limit: 500 }))
  return (
    <Prefetched>
      <SweepsPage />
    </Prefetched>
  )
}
