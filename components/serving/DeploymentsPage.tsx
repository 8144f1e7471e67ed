'use client'

import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import Link from 'next/link'
import { Header } from '../frame/Header'
import { useRefreshOn } from '../live/useRefreshOn'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { Button, ButtonLink } from '../ui/Button'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { formatShare, plural } from '../ui/format/number'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Skeleton } from '../ui/Skeleton'
import { Time } from '../ui/Time'
import { DeploymentState } from './DeploymentState'
import { modelNames } from './model-names'
import { gpuNames } from './request-words'

/** All deployments, newest first. */
export function DeploymentsPage() {
  const trpc = useTRPC()
  const options = trpc.deployment.list.queryOptions({ limit: 200 })
  const { data, error, refetch } = useQuery(options)
  useRefreshOn((event) => event.kind === 'deployment' || event.kind === 'request', [options.queryKey], 2000)
  const deployments = data?.deployments ?? []
  return (
    <>
      <Header
        title="Serving"
        facts={data ? plural(deployments.length, 'deployment') : undefined}
        actions={
          <ButtonLink href="/serving/new" variant="primary" icon={<Plus size={13} />}>
            Deploy
          </ButtonLink>
        }
      />
      <ScrollRegion label="Serving" className="min-h-0 flex-1 bg-surface">
        {error ? (
          <Empty action={<Button onClick={() => void refetch()}>Try now</Button>}>
            {errorSentence(error)}
          </Empty>
        ) : !data ? (
          <Skeleton className="m-4 h-40" />
        ) : deployments.length === 0 ? (
          <Empty action={<ButtonLink href="/serving/new">Deploy a pair of models</ButtonLink>}>
            Nothing is served yet. A deployment puts an image model, a video model or both on GPUs of your
            choice, measures them, and then says of every request when it will be ready.
          </Empty>
        ) : (
          <DataTable
            label="Deployments"
            columns={[
              { head: 'Deployment' },
              { head: 'State' },
              { head: 'Models' },
              { head: 'GPUs' },
              { head: 'In line', align: 'right' },
              { head: 'On time, 24 h', align: 'right' },
              { head: 'Since', align: 'right' },
            ]}
            rows={deployments.map((one) => ({
              key: one.id,
              cells: [
                <Link key="name" href={`/serving/${one.id}`} className="font-semibold hover:underline">
                  {one.name}
                </Link>,
                <DeploymentState key="state" deployment={one} />,
                modelNames(one),
                gpuNames(one.gpuIds),
                one.line.queued + one.line.running + one.line.paused,
                one.lastDay.share === null
                  ? '–'
                  : `${formatShare(one.lastDay.share)} of ${one.lastDay.total}`,
                <Time key="since" at={one.createdAt} day />,
              ],
            }))}
          />
        )}
      </ScrollRegion>
    </>
  )
}
