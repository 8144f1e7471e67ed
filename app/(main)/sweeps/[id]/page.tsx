import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { notFound } from 'next/navigation'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { SweepPage } from '@/components/sweeps/SweepPage'
import { readSplit, splitCookie } from '@/components/ui/splitCookie'

interface Props {
  params: Promise<{ id: string }>
  searchParams: Promise<{ measure?: string; decision?: string }>
}

async function load(id: string) {
  const { queryClient, trpc } = await pageQueries()
  return queryClient.fetchQuery({ ...trpc.sweep.get.queryOptions({ id }), staleTime: 5000 }).catch(() => null)
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await load((await params).id)
  return { title: found?.sweep.name ?? 'Sweep' }
}

export default async function Page({ params, searchParams }: Props) {
  const [{ id }, { measure, decision }] = await Promise.all([params, searchParams])
  const { queryClient, trpc } = await pageQueries()
  // The loss that is shown first; the other one is asked for by the page when it stands.
  const metrics = [measure === 'train' ? 'train_loss' : 'val_loss']
  void queryClient.prefetchQuery(trpc.sweep.curves.queryOptions({ id, metrics }))
  const [found] = await Promise.all([
    load(id),
    queryClient.prefetchQuery(trpc.sweep.runs.queryOptions({ id })),
    queryClient.prefetchQuery(trpc.decision.list.queryOptions({ sweepId: id, peers: false, limit: 500 })),
  ])
  if (!found) notFound()
  const opened = Number(decision)
  if (Number.isInteger(opened) && opened > 0)
    void queryClient.prefetchQuery(trpc.decision.get.queryOptions({ id: opened }))
  const splitShare = readSplit((await cookies()).get(splitCookie('sweep'))?.value, 55)
  return (
    <Prefetched>
      <SweepPage id={id} splitShare={splitShare} />
    </Prefetched>
  )
}
