import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { AuditPage } from '@/components/audit/AuditPage'

export const metadata: Metadata = { title: 'Audit' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.regret.report.queryOptions())
  return (
    <Prefetched>
      <AuditPage />
    </Prefetched>
  )
}
