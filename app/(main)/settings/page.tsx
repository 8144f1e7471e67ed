import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { SettingsPage } from '@/components/settings/SettingsPage'

export const metadata: Metadata = { title: 'Settings' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.me.get.queryOptions())
  return (
    <Prefetched>
      <SettingsPage />
    </Prefetched>
  )
}
