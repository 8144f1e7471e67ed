import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { PlaygroundPage } from '@/components/serving/PlaygroundPage'

export const metadata: Metadata = { title: 'Playground' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(
    trpc.deployment.list.queryOptions({ states: ['waiting', 'running'], limit: 50 }),
  )
  return (
    <Prefetched>
      <PlaygroundPage />
    </Prefetched>
  )
}
