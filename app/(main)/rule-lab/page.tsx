import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { RuleLabPage } from '@/components/rule-lab/RuleLabPage'

export const metadata: Metadata = { title: 'Rule lab' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.policy.list.queryOptions())
  return (
    <Prefetched>
      <RuleLabPage />
    </Prefetched>
  )
}
