import type { Metadata } from 'next'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { ForecastsPage } from '@/components/forecasts/ForecastsPage'

export const metadata: Metadata = { title: 'Forecasts' }

export default async function Page() {
  const { queryClient, trpc } = await pageQueries()
  await queryClient.prefetchQuery(trpc.forecasts.list.queryOptions())
  return (
    <Prefetched>
      <ForecastsPage />
    </Prefetched>
  )
}
