'use client'

import { useQuery } from '@tanstack/react-query'
import { useRefreshOn } from '../live/useRefreshOn'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { ButtonLink } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { plural } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { Segmented } from '../ui/Segmented'
import { Skeleton } from '../ui/Skeleton'
import { RequestDrawer } from './RequestDrawer'
import { EndedRequests, LiveRequests } from './RequestTable'

export const LISTS = ['live', 'ended', 'late'] as const
export type ListName = (typeof LISTS)[number]

interface RequestsPaneProps {
  deploymentId: string
  list: ListName
  onList: (list: ListName) => void
  opened: string | null
  onOpen: (id: string | null) => void
}

const LIVE = ['queued', 'running', 'paused'] as const
const ENDED = ['done', 'failed', 'cancelled'] as const

/** What a list asks for. */
export const listInput = (deploymentId: string, list: ListName) =>
  list === 'live'
    ? { deploymentId, states: [...LIVE], order: 'slack' as const, limit: 100 }
    : { deploymentId, states: [...ENDED], limit: 100, ...(list === 'late' ? { onTime: false } : {}) }

/** Requests of a deployment: those that run out of time next, and those that have ended. */
export function RequestsPane({ deploymentId, list, onList, opened, onOpen }: RequestsPaneProps) {
  const trpc = useTRPC()
  const options = trpc.request.list.queryOptions(listInput(deploymentId, list))
  const { data, error } = useQuery({ ...options, refetchInterval: list === 'live' ? 3000 : false })
  useRefreshOn((event) => event.jobId === deploymentId, [options.queryKey], 800)
  const requests = data?.requests ?? []
  const more = (data?.total ?? 0) - requests.length
  return (
    <section aria-label="Requests" className="border-b border-line bg-surface">
      <PaneHead
        title={list === 'live' ? 'Who runs out of time next?' : 'What became of them?'}
        sub={
          data
            ? list === 'live'
              ? `${plural(data.total, 'live request')}, least slack first`
              : `${plural(data.total, 'request')}, newest first`
            : ''
        }
        actions={
          <Segmented
            label="Which requests"
            value={list}
            onChange={onList}
            options={[
              { value: 'live', label: 'Live' },
              { value: 'ended', label: 'Ended' },
              { value: 'late', label: 'Late' },
            ]}
          />
        }
      />
      {error ? (
        <Empty>{errorSentence(error)}</Empty>
      ) : !data ? (
        <Skeleton className="m-4 h-24" />
      ) : requests.length === 0 ? (
        <Empty action={<ButtonLink href={`/playground?deployment=${deploymentId}`}>Playground</ButtonLink>}>
          {list === 'live'
            ? 'No request is live. Send one from the playground, by alto generate, or with any OpenAI client.'
            : list === 'late'
              ? 'No request was late.'
              : 'No request has ended yet.'}
        </Empty>
      ) : list === 'live' ? (
        <LiveRequests requests={requests} opened={opened} onOpen={onOpen} />
      ) : (
        <EndedRequests requests={requests} opened={opened} onOpen={onOpen} />
      )}
      {list === 'live' && requests.length > 0 ? (
        <ul className="flex flex-wrap gap-x-4 gap-y-1 px-4 py-2 text-11 text-ink-2 max-tablet:hidden">
          {LEGEND.map(([word, look]) => (
            <li key={word} className="flex items-center gap-1.5">
              <span className={`inline-block ${look}`} aria-hidden="true" />
              {word}
            </li>
          ))}
        </ul>
      ) : null}
      {more > 0 ? <p className="px-4 py-2 text-11 text-ink-3">{plural(more, 'more')} not shown.</p> : null}
      <RequestDrawer id={opened} ids={requests.map((row) => row.id)} onOpen={onOpen} />
    </section>
  )
}

const LEGEND = [
  ['work left, running', 'h-2.5 w-3.5 rounded-[1px] bg-run'],
  ['not running', 'h-2.5 w-3.5 rounded-[1px] bg-ctx'],
  ['slack', 'w-3.5 border-t border-line-3'],
  ['past its deadline', 'h-2.5 w-3.5 rounded-[1px] bg-bad'],
  ['deadline', 'h-3 w-0.5 bg-ink'],
] as const
