'use client'

import { useQuery } from '@tanstack/react-query'
import { parseAsString, useQueryStates } from 'nuqs'
import { Header } from '../frame/Header'
import { useRefreshOn } from '../live/useRefreshOn'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { ButtonLink } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Select } from '../ui/Select'
import { Skeleton } from '../ui/Skeleton'
import { State } from '../ui/State'
import { PlaygroundForm } from './PlaygroundForm'
import { RequestPicture } from './RequestPicture'
import { RequestStory } from './RequestStory'
import { requestLook, shortId, whatOf } from './request-words'

/** Prompt and quote at the left, result and waterfall at the right. */
export function PlaygroundPage() {
  const trpc = useTRPC()
  const options = trpc.deployment.list.queryOptions({ states: ['waiting', 'running'], limit: 50 })
  const { data, error } = useQuery(options)
  useRefreshOn((event) => event.kind === 'deployment' || event.kind === 'executor', [options.queryKey], 1500)
  const [view, setView] = useQueryStates(
    { deployment: parseAsString, request: parseAsString },
    { history: 'replace', scroll: false },
  )
  const deployments = data?.deployments ?? []
  const chosen =
    deployments.find((one) => one.id === view.deployment) ??
    deployments.find((one) => one.phase === 'ready') ??
    deployments[0]
  return (
    <>
      <Header
        title="Playground"
        facts={chosen ? undefined : 'one request at a time, with its story'}
        tabs={
          chosen ? (
            <Select
              look="quiet"
              prefix="On"
              label="Deployment"
              value={chosen.id}
              onChange={(deployment) => void setView({ deployment, request: null })}
              options={deployments.map((one) => ({
                value: one.id,
                label: one.name,
                detail: one.phase === 'ready' ? 'ready' : one.phase,
              }))}
            />
          ) : undefined
        }
      />
      {error ? (
        <Empty>{errorSentence(error)}</Empty>
      ) : !data ? (
        <Skeleton className="m-4 h-40" />
      ) : !chosen ? (
        <Empty action={<ButtonLink href="/serving/new">Deploy a pair of models</ButtonLink>}>
          No deployment answers yet. The built-in models need one CPU core and a minute.
        </Empty>
      ) : (
        <div className="grid min-h-0 flex-1 grid-cols-[352px_minmax(0,1fr)] bg-surface max-tablet:block max-tablet:overflow-y-auto">
          <PlaygroundForm
            key={chosen.id}
            deployment={chosen}
            onSent={(request) => void setView({ deployment: chosen.id, request }, { history: 'push' })}
          />
          <ScrollRegion
            label="Result"
            className="min-h-0 border-l border-line max-tablet:border-t max-tablet:border-l-0"
          >
            {view.request ? (
              <Result key={view.request} id={view.request} />
            ) : (
              <Recent
                deploymentId={chosen.id}
                onOpen={(request) => void setView({ deployment: chosen.id, request }, { history: 'push' })}
              />
            )}
          </ScrollRegion>
        </div>
      )}
    </>
  )
}

/** The newest results of the deployment, to look at again. */
function Recent({ deploymentId, onOpen }: { deploymentId: string; onOpen: (id: string) => void }) {
  const trpc = useTRPC()
  const options = trpc.request.list.queryOptions({ deploymentId, states: ['done'], limit: 24 })
  const { data } = useQuery(options)
  const shown = (data?.requests ?? []).filter((row) => row.resultUrl !== null)
  return (
    <>
      <Empty>The result appears here, with where its time went.</Empty>
      {shown.length > 0 ? (
        <section aria-label="Newest results">
          <PaneHead title="Newest results" sub="of this deployment" />
          <ul className="grid grid-cols-[repeat(auto-fill,minmax(112px,1fr))] gap-3 px-4 pb-4">
            {shown.map((row) => (
              <li key={row.id}>
                <button
                  type="button"
                  onClick={() => onOpen(row.id)}
                  className="block w-full rounded-6 text-left text-11 text-ink-2 hover:text-ink"
                >
                  <RequestPicture row={row} still className="aspect-square w-full" />
                  <span className="mt-1 line-clamp-2">{row.prompt ?? 'of another project'}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  )
}

function Result({ id }: { id: string }) {
  const trpc = useTRPC()
  const options = trpc.request.get.queryOptions({ id })
  const { data, error } = useQuery({
    ...options,
    refetchInterval: ({ state }) => (state.data && state.data.request.endedAt !== null ? false : 700),
  })
  if (error) return <Empty>{errorSentence(error)}</Empty>
  if (!data) return <Skeleton className="m-4 h-40" />
  const { request } = data
  const look = requestLook(request)
  return (
    <>
      <PaneHead
        title={<span className="font-mono">{shortId(request)}</span>}
        sub={`${whatOf(request)}, ${request.steps} steps, seed ${request.seed}`}
        actions={
          <State value={look.state} tag>
            {look.word}
          </State>
        }
      />
      <div className="flex flex-col items-center gap-2 border-b border-line px-4 pb-4">
        <RequestPicture row={request} className="aspect-square w-64 max-w-full" />
        <p className="max-w-prose text-center text-12 text-ink-2">{request.prompt}</p>
        {request.error ? <p className="text-12 text-bad">{request.error}</p> : null}
        {request.endedAt === null && request.sentence ? (
          <p className="text-12 text-ink-3">{request.sentence}</p>
        ) : null}
      </div>
      <RequestStory detail={data} />
    </>
  )
}
