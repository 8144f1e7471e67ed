'use client'

import clsx from 'clsx'
import type { RouterOutputs } from '@/server/routers/app-router'
import { TokenHistogram } from '../charts/TokenHistogram'
import { formatCount, formatShare } from '../ui/format/number'

type Facts = RouterOutputs['dataset']['preview']

const PART = { prompt: 'bg-idle-bg', completion: 'bg-run-bg', cut: 'bg-warn-bg line-through' } as const

/** First rows as the model reads them, and how long all rows are. */
export function DataPreview({ facts }: { facts: Facts }) {
  return (
    <div className="mt-3 grid grid-cols-[minmax(0,1.5fr)_minmax(180px,1fr)] gap-5 max-tablet:grid-cols-1">
      <div>
        <ol>
          {facts.first.slice(0, 3).map((row) => (
            <li key={row.row} className="flex gap-3 border-b border-line py-1.5">
              <div className="line-clamp-3 min-w-0 flex-1 font-mono text-12 break-words whitespace-pre-wrap">
                {row.tokens.map((token, index) => (
                  <span
                    // biome-ignore lint/suspicious/noArrayIndexKey: tokens of one row never change
                    key={index}
                    className={clsx(PART[token.part], index % 2 === 1 && 'opacity-75')}
                  >
                    {token.text}
                  </span>
                ))}
              </div>
              <span className="text-11 text-ink-3 tabular-nums">{row.length}</span>
            </li>
          ))}
        </ol>
        <p className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-11 text-ink-3">
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-3 bg-idle-bg" aria-hidden="true" /> prompt
          </span>
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-3 bg-run-bg" aria-hidden="true" /> trained on
          </span>
          <span className="ml-auto">first rows, tokens at the right</span>
        </p>
      </div>
      <div>
        <TokenHistogram
          buckets={facts.tokens.histogram.map(({ from, to, rows }) => ({ from, to, count: rows }))}
          maximum={facts.maxLength}
        />
        <p className={clsx('mt-1 text-11', facts.cut > 0 ? 'text-warn' : 'text-ink-3')}>
          {facts.cut > 0
            ? `${formatCount(facts.cut)} rows (${formatShare(facts.cut / facts.tokens.rows)}) are longer and will be cut.`
            : `No row is cut; the longest has ${formatCount(facts.tokens.max)} tokens, half have at most ${formatCount(facts.tokens.p50)}.`}
        </p>
        {facts.warnings.map((warning) => (
          <p key={warning} className="mt-1 text-11 text-warn">
            {warning}
          </p>
        ))}
      </div>
    </div>
  )
}
