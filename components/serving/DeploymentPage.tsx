'use client'

import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { Header } from '../frame/Header'
import { useRefreshOn } from '../live/useRefreshOn'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { Button, ButtonLink } from '../ui/Button'
import { ConfirmDialog } from '../ui/ConfirmDialog'
import { Empty } from '../ui/Empty'
import { plural } from '../ui/format/number'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Segmented } from '../ui/Segmented'
import { Skeleton } from '../ui/Skeleton'
import { say } from '../ui/toasts'
import { useNow } from '../ui/useNow'
import { DeploymentState } from './DeploymentState'
import { DeploymentStrip } from './DeploymentStrip'
import { LatePane } from './LatePane'
import { modelNames } from './model-names'
import { PolicyPane } from './PolicyPane'
import { ProfilePane } from './ProfilePane'
import { PromisesPane } from './PromisesPane'
import { LISTS, RequestsPane } from './RequestsPane'
import { gpuNames } from './request-words'
import { SPAN_NAMES, SPANS, spanAt } from './span'

const TABS = [
  { value: 'requests', label: 'Requests' },
  { value: 'profile', label: 'Profile' },
  { value: 'policy', label: 'Policy' },
] as const

/** One deployment: its promises, its live requests, why some were late. */
export function DeploymentPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [view, setView] = useQueryStates(
    {
      tab: parseAsStringLiteral(TABS.map((tab) => tab.value)).withDefault('requests'),
      span: parseAsStringLiteral(SPAN_NAMES).withDefault('1h'),
      list: parseAsStringLiteral(LISTS).withDefault('live'),
      request: parseAsString,
    },
    { history: 'replace', scroll: false },
  )
  const now = useNow()
  const options = trpc.deployment.get.queryOptions({ id })
  const { data, error, refetch } = useQuery(options)
  const span = spanAt(view.span, now ?? data?.deployment.createdAt.getTime() ?? 0)
  const figures = { enabled: now !== null, placeholderData: keepPreviousData, refetchInterval: 10_000 }
  const attainment = useQuery({ ...trpc.deployment.attainment.queryOptions({ id, ...span }), ...figures })
  const use = useQuery({ ...trpc.deployment.use.queryOptions({ id, ...span }), ...figures })
  const late = useQuery({ ...trpc.deployment.late.queryOptions({ id, ...span }), ...figures })
  useRefreshOn((event) => event.jobId === id, [options.queryKey], 1000)
  useRefreshOn(
    (event) => event.jobId === id,
    [trpc.deployment.attainment.pathKey(), trpc.deployment.use.pathKey(), trpc.deployment.late.pathKey()],
    4000,
  )
  if (error)
    return (
      <>
        <Header title="Serving" parent={{ href: '/serving', label: 'Serving' }} />
        <Empty action={<Button onClick={() => void refetch()}>Try now</Button>}>{errorSentence(error)}</Empty>
      </>
    )
  if (!data) return <Skeleton className="m-4 h-40" />
  const { deployment } = data
  const label = SPANS.find((one) => one.value === view.span)?.label ?? ''
  return (
    <>
      <Header
        title={deployment.name}
        parent={{ href: '/serving', label: 'Serving' }}
        state={<DeploymentState deployment={deployment} tag />}
        tabs={
          <Segmented
            label="View of the deployment"
            value={view.tab}
            onChange={(tab) => void setView({ tab })}
            options={TABS}
          />
        }
        facts={`${modelNames(deployment)} on ${gpuNames(deployment.gpuIds)}, policy ${deployment.settings.policy}`}
        actions={<Actions {...data} />}
      />
      <DeploymentStrip
        deployment={deployment}
        series={attainment.data?.series ?? []}
        use={use.data}
        span={label}
      />
      <ScrollRegion label={deployment.name} className="min-h-0 flex-1 bg-surface">
        {deployment.error ? (
          <p role="alert" className="border-b border-line bg-bad-bg px-4 py-2 text-12 text-bad">
            {deployment.error}
          </p>
        ) : null}
        {deployment.hold ? (
          <p className="border-b border-line bg-sunken px-4 py-2 text-12 text-ink-2">
            {deployment.hold.reasons.map((reason) => reason.message).join(' ')}
          </p>
        ) : null}
        {view.tab === 'profile' ? (
          <ProfilePane {...data} />
        ) : view.tab === 'policy' ? (
          <PolicyPane
            id={id}
            settings={deployment.settings}
            onSaved={() => void queries.invalidateQueries({ queryKey: options.queryKey })}
          />
        ) : (
          <>
            <PromisesPane
              series={attainment.data?.series ?? []}
              from={span.from}
              to={span.to}
              span={view.span}
              onSpan={(next) => void setView({ span: next })}
            />
            <RequestsPane
              deploymentId={id}
              list={view.list}
              onList={(list) => void setView({ list, request: null })}
              opened={view.request}
              onOpen={(request) => void setView({ request }, { history: request ? 'push' : 'replace' })}
            />
            <LatePane late={late.data?.late ?? 0} causes={late.data?.causes ?? []} span={label} />
          </>
        )}
      </ScrollRegion>
    </>
  )
}

function Actions({
  deployment,
}: {
  deployment: { id: string; name: string; phase: string; line: Record<string, number> }
}) {
  const client = useTRPCClient()
  const [ending, setEnding] = useState(false)
  const live = Object.values(deployment.line).reduce((sum, count) => sum + count, 0)
  const wish = (kind: 'stop' | 'probe', words: string) =>
    client.deployment[kind].mutate({ id: deployment.id }).then(
      () => say(words),
      (error: unknown) => say(errorSentence(error), { urgent: true }),
    )
  const stop = () => void wish('stop', `${deployment.name} ends and gives its GPUs back.`)
  if (deployment.phase === 'ended') return null
  return (
    <>
      {deployment.phase === 'ready' ? (
        <>
          <Button onClick={() => void wish('probe', 'The probe measures again; no step is lost.')}>
            Measure again
          </Button>
          <ButtonLink href={`/playground?deployment=${deployment.id}`} variant="primary">
            Playground
          </ButtonLink>
        </>
      ) : null}
      <Button onClick={() => (live > 0 ? setEnding(true) : stop())}>Stop</Button>
      {ending ? (
        <ConfirmDialog
          open
          onOpenChange={setEnding}
          title={`Stop ${deployment.name}?`}
          description={`${plural(live, 'live request')} will be cancelled and ${live === 1 ? 'gives' : 'give'} no result. Results that are there stay.`}
          action={`Stop ${deployment.name}`}
          onConfirm={stop}
        />
      ) : null}
    </>
  )
}
