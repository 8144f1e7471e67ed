'use client'

import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp, Download, X } from 'lucide-react'
import { useShortcut } from '../keys/keys'
import { useRefreshOn } from '../live/useRefreshOn'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { Button, buttonClass, IconButton } from '../ui/Button'
import { Drawer } from '../ui/Drawer'
import { Empty } from '../ui/Empty'
import { Skeleton } from '../ui/Skeleton'
import { State } from '../ui/State'
import { say } from '../ui/toasts'
import { RequestPicture } from './RequestPicture'
import { RequestStory } from './RequestStory'
import { requestLook, shortId, whatOf } from './request-words'

interface RequestDrawerProps {
  id: string | null
  /** Ids of the list below, for going on with J and K. */
  ids: readonly string[]
  onOpen: (id: string | null) => void
}

/** One request over the list that it was opened from. */
export function RequestDrawer({ id, ids, onOpen }: RequestDrawerProps) {
  const place = id === null ? -1 : ids.indexOf(id)
  const go = (step: 1 | -1) => {
    const next = ids[place + step]
    if (id !== null && next !== undefined) onOpen(next)
  }
  useShortcut('j', 'Next request', () => go(1))
  useShortcut('k', 'Request before', () => go(-1))
  return (
    <Drawer open={id !== null} onClose={() => onOpen(null)} title="Request">
      {id === null ? null : (
        <Opened
          key={id}
          id={id}
          onClose={() => onOpen(null)}
          onNext={place >= 0 && place < ids.length - 1 ? () => go(1) : undefined}
          onBefore={place > 0 ? () => go(-1) : undefined}
        />
      )}
    </Drawer>
  )
}

interface OpenedProps {
  id: string
  onClose: () => void
  onNext: (() => void) | undefined
  onBefore: (() => void) | undefined
}

function Opened({ id, onClose, onNext, onBefore }: OpenedProps) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const options = trpc.request.get.queryOptions({ id })
  const { data, error } = useQuery({
    ...options,
    refetchInterval: ({ state }) => (state.data && state.data.request.endedAt === null ? 1500 : false),
  })
  useRefreshOn((event) => data !== undefined && event.jobId === data.request.deploymentId, [options.queryKey])
  const request = data?.request
  const look = request ? requestLook(request) : null
  const cancel = () => {
    client.request.cancel.mutate({ id }).then(
      ({ cancelled }) => say(cancelled ? 'It ends at its next step boundary.' : 'It had ended already.'),
      (problem: unknown) => say(errorSentence(problem), { urgent: true }),
    )
  }
  return (
    <>
      <header className="sticky top-0 z-[1] flex min-h-12 shrink-0 items-center gap-2 border-b border-line bg-surface px-4">
        <h2 className="font-mono text-13 font-semibold whitespace-nowrap">
          {request ? shortId(request) : '…'}
        </h2>
        {look ? (
          <State value={look.state} tag>
            {look.word}
          </State>
        ) : null}
        <div className="ml-auto flex items-center gap-1.5">
          <span className="flex gap-1.5 max-tablet:hidden">
            <IconButton
              label="Request before (K)"
              variant="secondary"
              disabled={!onBefore}
              onClick={onBefore}
            >
              <ChevronUp size={14} />
            </IconButton>
            <IconButton label="Next request (J)" variant="secondary" disabled={!onNext} onClick={onNext}>
              <ChevronDown size={14} />
            </IconButton>
          </span>
          {request?.endedAt === null ? <Button onClick={cancel}>Cancel</Button> : null}
          <IconButton label="Close" onClick={onClose}>
            <X size={14} />
          </IconButton>
        </div>
      </header>
      {error ? (
        <Empty>{errorSentence(error)}</Empty>
      ) : !data || !request ? (
        <Skeleton className="m-4 h-40" />
      ) : (
        <>
          <div className="flex gap-3 border-b border-line px-4 py-3">
            <RequestPicture row={request} className="h-24 w-28 shrink-0" />
            <div className="min-w-0 flex-1 text-12">
              <p className="font-550 break-words">
                {request.prompt ?? 'Of another project: its words are hidden.'}
              </p>
              <p className="mt-1 text-ink-2">
                {whatOf(request)}, {request.steps} steps, seed {request.seed}
              </p>
              <p className="text-ink-3">
                {request.endedAt === null && request.previewStep !== null
                  ? `preview after step ${request.previewStep}; `
                  : ''}
                project {request.projectName}
                {request.attempt > 1 ? `; attempt ${request.attempt}` : ''}
              </p>
              {request.resultUrl ? (
                <a
                  href={`/api/v1${request.resultUrl}`}
                  download
                  className={buttonClass({ size: 'small' }, 'mt-2')}
                >
                  <Download size={12} />
                  Download {request.kind === 'video' ? 'MP4' : 'PNG'}
                </a>
              ) : null}
              {request.error ? <p className="mt-1 text-bad">{request.error}</p> : null}
            </div>
          </div>
          <RequestStory detail={data} />
        </>
      )}
    </>
  )
}
