import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { notFound } from 'next/navigation'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { SweepPage } from '@/components/sweeps/SweepPage'
import { readSplit, splitCookie } from '@/components/ui/splitCookie'

interface Props {
  params: Promise<{ id: string }>
}

async function load(id: string) {
  const { queryClient, trpc } = await pageQueries()
  return queryClient.fetchQuery({ ...trpc.sweep.get.queryOptions({ id }), staleTime: 5000 }).catch(() => null)
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await load((await params).id)
  return { title: found?.sweep.name ?? 'Sweep' }
}

export default async function Page({ params }: Props) {
  const { id } = await params
  const { queryClient, trpc } = await pageQueries()
  void queryClient.prefetchQuery(trpc.sweep.curves.queryOptions({ id, metrics: ['train_loss', 'val_loss'] }))
  const [found] = await Promise.all([
    load(id),
    queryClient.prefetchQuery(trpc.sweep.runs.queryOptions({ id })),
    queryClient.prefetchQuery(trpc.decision.list.queryOptions({ sweepId: id, limit: 500 })),
  ])
  if (!found) notFound()
  const splitShare = readSplit((await cookies()).get(splitCookie('sweep'))?.value, 55)
  return (
    <Prefetched>
      <SweepPage id={id} splitShare={splitShare} />
    </Prefetched>
  )
}
