'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import type { RouterOutputs } from '@/server/routers/app-router'
import { Header } from '../frame/Header'
import { useTRPC } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { Input } from '../ui/Input'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Segmented } from '../ui/Segmented'
import { Time } from '../ui/Time'

type Entry = RouterOutputs['audit']['list']['entries'][number]

const PAGE = 100
const COLUMNS = [
  { head: 'When' },
  { head: 'Who' },
  { head: 'Action' },
  { head: 'Of what' },
  { head: 'Project' },
  { head: 'Outcome' },
] as const

/** Who did what, newest first; the filter and the page are in the address, so that a finding can be sent. */
export function AuditPage() {
  const trpc = useTRPC()
  const [view, setView] = useQueryStates(
    {
      action: parseAsString.withDefault(''),
      person: parseAsString.withDefault(''),
      outcome: parseAsStringLiteral(['all', 'done', 'refused']).withDefault('all'),
      before: parseAsInteger,
    },
    { history: 'replace', scroll: false },
  )
  const { data } = useQuery(
    trpc.audit.list.queryOptions(
      {
        ...(view.action ? { action: view.action } : {}),
        ...(view.person ? { person: view.person } : {}),
        ...(view.outcome === 'all' ? {} : { outcome: view.outcome }),
        ...(view.before ? { before: view.before } : {}),
      },
      { placeholderData: keepPreviousData },
    ),
  )
  const entries = data?.entries ?? []
  const oldest = entries.at(-1)?.id
  return (
    <>
      <Header
        title="Audit log"
        parent={{ href: '/settings', label: 'Settings' }}
        actions={
          <>
            <Input
              aria-label="Action begins with"
              placeholder="Action: run."
              value={view.action}
              onChange={(event) => void setView({ action: event.target.value, before: null })}
              className="!w-32"
            />
            <Input
              aria-label="Person"
              placeholder="Name or e-mail"
              value={view.person}
              onChange={(event) => void setView({ person: event.target.value, before: null })}
              className="!w-36"
            />
            <Segmented
              label="Outcome"
              size="normal"
              value={view.outcome}
              onChange={(outcome) => void setView({ outcome, before: null })}
              options={[
                { value: 'all', label: 'All' },
                { value: 'done', label: 'Done' },
                { value: 'refused', label: 'Refused' },
              ]}
            />
          </>
        }
      />
      <ScrollRegion label="Audit log" className="min-h-0 flex-1 bg-surface">
        {entries.length === 0 ? (
          <Empty>
            {data
              ? 'Nothing fits. Everyone sees what they did themselves, an admin what happened in their projects.'
              : 'Loading…'}
          </Empty>
        ) : (
          <DataTable label="Who did what" columns={COLUMNS} rows={entries.map(auditCells)} />
        )}
        <div className="flex gap-2 px-4 py-3">
          {view.before ? <Button onClick={() => void setView({ before: null })}>Newest</Button> : null}
          {entries.length === PAGE && oldest ? (
            <Button onClick={() => void setView({ before: oldest })}>Older</Button>
          ) : null}
        </div>
      </ScrollRegion>
    </>
  )
}

function auditCells(entry: Entry) {
  const facts = Object.entries(entry.data)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')
  return {
    key: String(entry.id),
    cells: [
      <Time key="at" at={entry.at} day />,
      entry.who ? `${entry.who.name}${entry.via === 'token' ? ' by token' : ''}` : 'nobody signed in',
      <span key="action" className="font-mono">
        {entry.action}
      </span>,
      <span key="subject" className="block max-w-[48ch] truncate" title={facts}>
        {[entry.subject, facts].filter(Boolean).join(' · ')}
      </span>,
      entry.project ?? '',
      <span key="outcome" className={entry.outcome === 'done' ? '' : 'text-bad'}>
        {outcomeWord(entry.outcome)}
      </span>,
    ],
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  FORBIDDEN: 'refused: role',
  NOT_FOUND: 'refused: not found',
  UNAUTHORIZED: 'refused: not signed in',
  CONFLICT: 'refused: conflict',
  BAD_REQUEST: 'refused: input',
  INTERNAL_SERVER_ERROR: 'failed',
}

function outcomeWord(outcome: string | null): string {
  if (outcome === null) return 'not known to have ended'
  return outcome === 'done' ? 'done' : (REFUSALS[outcome] ?? 'refused')
}
