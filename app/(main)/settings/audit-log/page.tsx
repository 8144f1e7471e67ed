import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { AuditPage } from '@/components/settings/AuditPage'

export const metadata: Metadata = { title: 'Audit log' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.audit.list.queryOptions({}))
  return (
    <Prefetched>
      <AuditPage />
    </Prefetched>
  )
}
