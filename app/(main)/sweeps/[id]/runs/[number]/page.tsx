import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { RunPage } from '@/components/runs/RunPage'
import { runLabel } from '@/components/ui/format/parameter'

interface Props {
  params: Promise<{ id: string; number: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: runLabel(Number((await params).number)) }
}

export default async function Page({ params }: Props) {
  const { id, number } = await params
  const { queryClient, trpc } = await pageQueries()
  const answer = await queryClient.fetchQuery(trpc.sweep.runs.queryOptions({ id })).catch(() => null)
  const run = answer?.runs.find((one) => one.number === Number(number))
  if (!run) notFound()
  await Promise.all([
    queryClient.prefetchQuery(trpc.run.get.queryOptions({ id: run.id })),
    queryClient.prefetchQuery(trpc.decision.list.queryOptions({ runId: run.id, peers: false, limit: 200 })),
    queryClient.prefetchQuery(trpc.run.outputs.queryOptions({ id: run.id })),
  ])
  return (
    <Prefetched>
      <RunPage sweepId={id} runId={run.id} />
    </Prefetched>
  )
}
