import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Prefetched } from '@/app/Prefetched'
import { pageQueries } from '@/app/server-data'
import { DeploymentPage } from '@/components/serving/DeploymentPage'

interface Props {
  params: Promise<{ id: string }>
}

async function load(id: string) {
  const { queryClient, trpc } = await pageQueries()
  return queryClient
    .fetchQuery({ ...trpc.deployment.get.queryOptions({ id }), staleTime: 5000 })
    .catch(() => null)
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await load((await params).id)
  return { title: found?.deployment.name ?? 'Deployment' }
}

export default async function Page({ params }: Props) {
  const { id } = await params
  if (!(await load(id))) notFound()
  return (
    <Prefetched>
      <DeploymentPage id={id} />
    </Prefetched>
  )
}
