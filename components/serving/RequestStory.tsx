'use client'

import {
  ChevronsRight,
  CircleAlert,
  CircleCheck,
  CirclePlay,
  Maximize2,
  Minimize2,
  Pause,
  Ticket,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { RequestDetail } from '@/server/views/request-detail'
import { Waterfall } from '../charts/waterfall/Waterfall'
import { formatTimeSeconds } from '../ui/format/time'
import { PaneHead } from '../ui/Pane'
import { Time } from '../ui/Time'
import { useHydrated } from '../ui/useHydrated'
import { useNow } from '../ui/useNow'
import { quoteSentence } from './request-words'
import { waterfallOf } from './waterfall-of'

const ICONS: Record<string, ReactNode> = {
  quoted: <Ticket size={13} />,
  paused: <Pause size={13} />,
  widened: <Maximize2 size={13} />,
  narrowed: <Minimize2 size={13} />,
  started: <CirclePlay size={13} />,
  done: <CircleCheck size={13} />,
  failed: <CircleAlert size={13} />,
}

const TITLES: Record<string, string> = {
  quoted: 'Quoted',
  started: 'Started',
  batched: 'Joined a batch',
  continued: 'Went on',
  paused: 'Paused',
  resumed: 'Resumed',
  resized: 'Changed its degree',
  widened: 'Got more GPUs',
  narrowed: 'Gave up GPUs',
  held: 'Waits',
  'set-aside': 'Set aside',
  cancelled: 'Cancelled',
  done: 'Done',
  failed: 'Failed',
  restarted: 'Begun again',
}

const SPENT = [
  ['queuedMs', 'queued'],
  ['encodingMs', 'encoding'],
  ['denoisingMs', 'denoising'],
  ['pausedMs', 'paused'],
  ['switchingMs', 'switching'],
  ['decodingMs', 'decoding'],
] as const

const LEGEND = [
  ['queued', 'border border-line-2 bg-hover'],
  ['encode, decode', 'bg-series-5'],
  ['one step', 'bg-run'],
  ['planned', 'border border-run'],
  ['paused', 'bg-warn-bg border border-line-2'],
] as const

/** Where the time of a request went, and why: waterfall, slack, receipts, sums. */
export function RequestStory({ detail }: { detail: RequestDetail }) {
  const now = useNow()
  const hydrated = useHydrated()
  const { request, receipts, spent } = detail
  const at = now ?? request.createdAt.getTime()
  const total = ((request.endedAt?.getTime() ?? at) - request.createdAt.getTime()) / 1000
  const parts = SPENT.filter(([name]) => spent[name] >= 50).map(
    ([name, word]) => `${(spent[name] / 1000).toFixed(1)} ${word}`,
  )
  const clock = (date: Date) => formatTimeSeconds(date, hydrated ? {} : { timeZone: 'UTC' })
  return (
    <>
      <section aria-label="Where did the time go?" className="border-b border-line pb-3">
        <PaneHead
          title="Where did the time go?"
          sub={
            <>
              seconds since <Time at={request.createdAt} seconds />
            </>
          }
        />
        <div className="px-4">
          <Waterfall {...waterfallOf(detail, at)} />
          <ul className="mt-1 flex flex-wrap gap-x-3 gap-y-1 text-11 text-ink-2">
            {LEGEND.map(([word, look]) => (
              <li key={word} className="flex items-center gap-1.5">
                <span className={`inline-block h-2.5 w-2.5 rounded-[1px] ${look}`} aria-hidden="true" />
                {word}
              </li>
            ))}
          </ul>
        </div>
      </section>
      <section aria-label="Receipts">
        <PaneHead title="Receipts" sub={receipts.length === 0 ? 'nothing was decided yet' : 'newest first'} />
        <ol>
          {receipts.map((receipt) => (
            <li
              key={receipt.number}
              className="flex gap-2.5 border-b border-line px-4 py-2 text-12 last:border-b-0"
            >
              <span className="mt-0.5 text-ink-3" aria-hidden="true">
                {ICONS[receipt.kind] ?? <ChevronsRight size={13} />}
              </span>
              <div className="min-w-0 flex-1">
                <div className="flex items-baseline justify-between gap-3">
                  <h3 className="font-550">{TITLES[receipt.kind] ?? receipt.kind}</h3>
                  <Time at={receipt.at} seconds className="text-ink-3 tabular-nums" />
                </div>
                <p className="text-ink-2">
                  {receipt.kind === 'quoted' && request.quote
                    ? quoteSentence(request.quote, clock)
                    : receipt.sentence}
                </p>
              </div>
            </li>
          ))}
        </ol>
      </section>
      <p className="border-t border-line px-4 py-3 text-12 text-ink-2 tabular-nums">
        {request.endedAt ? 'Total' : 'Total so far'} {total.toFixed(1)} s
        {parts.length > 0 ? `: ${parts.join(', ')}` : ''}. Measured by the node that did the work.
      </p>
    </>
  )
}
