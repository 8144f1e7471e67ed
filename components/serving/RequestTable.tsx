'use client'

import clsx from 'clsx'
import type { ReactNode } from 'react'
import type { RequestRow } from '@/server/views/request-row'
import { FuseRow } from '../charts/fuse/FuseRow'
import { type Fuse, fuseDomain } from '../charts/fuse/prepareFuse'
import { secondTicks } from '../charts/scale/ticks'
import { useSize } from '../charts/useSize'
import { formatDuration } from '../ui/format/duration'
import { StateIcon } from '../ui/State'
import { Time } from '../ui/Time'
import { useNow } from '../ui/useNow'
import { requestLook, shortId, whatOf, whereOf } from './request-words'

interface RequestTableProps {
  requests: readonly RequestRow[]
  opened: string | null
  onOpen: (id: string) => void
}

interface Column {
  head: ReactNode
  className?: string
  cell: (row: RequestRow, index: number) => ReactNode
}

const WIDE = 'max-tablet:hidden'

/** Live requests on one axis of seconds from now: least slack first, those past their deadline last. */
export function LiveRequests({ requests: bySlack, opened, onOpen }: RequestTableProps) {
  const requests = bySlack.toSorted((a, b) => Number(a.onTime === false) - Number(b.onTime === false))
  const [box, size] = useSize<HTMLDivElement>()
  const now = useNow() ?? requests[0]?.createdAt.getTime() ?? 0
  const fuses = requests.map((row) => fuseOf(row, now))
  const domain = fuseDomain(fuses)
  const marks = secondTicks([0, 1, 2, 3].map((third) => (domain[1] * third) / 3))
  return (
    <Table
      label="Live requests"
      requests={requests}
      opened={opened}
      onOpen={onOpen}
      columns={[
        { head: 'What', cell: whatOf },
        {
          head: 'Where',
          className: WIDE,
          cell: (row) => {
            const { state, word } = requestLook(row)
            return (
              <span
                className={state === 'late' ? 'text-bad' : 'text-ink-2'}
                title={row.sentence ?? undefined}
              >
                {word === 'Cannot make it' ? 'cannot make it' : whereOf(row)}
              </span>
            )
          },
        },
        {
          head: (
            <div ref={box} className="flex justify-between">
              {marks.map((mark) => (
                <span key={mark.value}>{mark.value === 0 ? 'now' : `+${mark.label}`}</span>
              ))}
            </div>
          ),
          className: `${WIDE} w-[38%]`,
          cell: (_row, index) =>
            size ? <FuseRow fuse={fuses[index]!} domain={domain} width={size.width} /> : null,
        },
        { head: 'Slack', className: 'w-20 text-right', cell: (row) => <Slack ms={row.slackMs} /> },
      ]}
    />
  )
}

/** Requests that have ended, newest first. */
export function EndedRequests({ requests, opened, onOpen }: RequestTableProps) {
  return (
    <Table
      label="Ended requests"
      requests={requests}
      opened={opened}
      onOpen={onOpen}
      columns={[
        { head: 'What', cell: whatOf },
        {
          head: 'Outcome',
          cell: (row) => (
            <>
              {requestLook(row).word}
              {row.endedAt ? (
                <span className={clsx(WIDE, 'text-ink-3')}>
                  {' at '}
                  <Time at={row.endedAt} seconds />
                </span>
              ) : null}
            </>
          ),
        },
        {
          head: 'Prompt',
          className: `${WIDE} w-[38%]`,
          cell: (row) => (
            <span className="text-ink-2">{row.error ?? row.prompt ?? 'of another project'}</span>
          ),
        },
        {
          head: 'Took',
          className: 'w-20 text-right',
          cell: ({ endedAt, createdAt }) =>
            endedAt ? `${((endedAt.getTime() - createdAt.getTime()) / 1000).toFixed(1)} s` : '–',
        },
      ]}
    />
  )
}

function fuseOf(row: RequestRow, now: number): Fuse {
  return {
    startsIn: 0,
    work: (row.workLeftMs ?? 0) / 1000,
    deadline: (row.deadlineAt.getTime() - now) / 1000,
    running: row.state === 'running',
  }
}

function Slack({ ms }: { ms: number | null }) {
  if (ms === null) return '–'
  const tone = ms < 0 ? 'text-bad' : ms < 3000 ? 'text-warn' : ''
  return (
    <span
      className={`font-550 ${tone}`}
    >{`${ms < 0 ? '−' : ''}${Math.abs(ms) < 99_950 ? `${(Math.abs(ms) / 1000).toFixed(1)} s` : formatDuration(Math.abs(ms) / 1000)}`}</span>
  )
}

interface TableProps extends RequestTableProps {
  label: string
  columns: readonly Column[]
}

function Table({ label, columns, requests, opened, onOpen }: TableProps) {
  return (
    <table
      aria-label={label}
      className="w-full table-fixed border-separate border-spacing-0 text-12 tabular-nums"
    >
      <thead className="text-11 text-ink-3">
        <tr>
          <th scope="col" className="w-28 border-b border-line pl-4 text-left font-normal">
            Request
          </th>
          {columns.map((column, index) => (
            <th
              // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
              key={index}
              scope="col"
              className={clsx(
                'h-6 border-b border-line px-2 font-normal last:pr-4',
                column.className?.includes('text-right') ? '' : 'text-left',
                column.className,
              )}
            >
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {requests.map((row, index) => {
          const look = requestLook(row)
          return (
            <tr
              key={row.id}
              onClick={() => onOpen(row.id)}
              className={clsx('cursor-default', opened === row.id ? 'bg-selected' : 'hover:bg-hover')}
            >
              <td className="border-b border-line pl-4">
                <button
                  type="button"
                  aria-pressed={opened === row.id}
                  className="flex min-h-[26px] items-center gap-1.5 rounded-4 font-mono pointer-coarse:min-h-11"
                >
                  <StateIcon value={look.state} size={13} />
                  <span className="sr-only">{look.word}</span>
                  {shortId(row)}
                </button>
              </td>
              {columns.map((column, place) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
                  key={place}
                  className={clsx('truncate border-b border-line px-2 last:pr-4', column.className)}
                >
                  {column.cell(row, index)}
                </td>
              ))}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
