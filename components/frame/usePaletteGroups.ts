'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { usePathname } from 'next/navigation'
import { useMemo, useState } from 'react'
import type { RouterOutputs } from '@/server/routers/app-router'
import { activeShortcuts } from '../keys/keys'
import { variedParameters } from '../sweeps/varied-parameters'
import { useTRPC } from '../trpc/trpc'
import { fitting, type PaletteGroup, type PaletteItem, runActions, runItems } from './palette-groups'
import { IMPROVE, LIBRARY, SETTINGS, WORK } from './places'

type Hit = RouterOutputs['search']['palette'][number]

const go = (value: string, label: string, detail: string, href: string): PaletteItem => ({
  value,
  label,
  detail,
  icon: 'page',
  act: { kind: 'go', href },
})
const page = (act: 'theme-light' | 'theme-dark' | 'theme-system' | 'sign-out', label: string, detail = '') =>
  ({ value: act, label, detail, icon: 'page', act: { kind: 'page', act } }) satisfies PaletteItem

const ANYWHERE: PaletteItem[] = [
  { ...go('new', 'New sweep', 'opens the form', '/sweeps/new'), keys: 'n' },
  go('add-node', 'Add a node', 'shows the command that joins one', '/cluster?tab=nodes&add=node'),
  go('queue', 'What waits, and why', 'the queue', '/cluster?tab=queue'),
  go('upload', 'Upload a data set', 'a .jsonl file', '/data-sets'),
  go('tokens', 'Create an API token', 'in Settings', '/settings'),
  page('theme-light', 'Light theme'),
  page('theme-dark', 'Dark theme'),
  page('theme-system', 'Theme of the system'),
  page('sign-out', 'Sign out'),
]

const PLACES: PaletteItem[] = [...WORK, ...IMPROVE, ...LIBRARY, SETTINGS].map((place) => ({
  value: place.href,
  label: place.label,
  detail: '',
  icon: 'place',
  of: place.href,
  keys: place.keys,
  act: { kind: 'go', href: place.href },
}))

function hrefOf(hit: Hit): string {
  if (hit.kind === 'sweep') return `/sweeps/${hit.id}`
  if (hit.kind === 'run') return `/sweeps/${hit.sweepId}/runs/${Number(hit.label.replace(/\D/g, ''))}`
  if (hit.kind === 'node') return `/cluster?tab=nodes&node=${encodeURIComponent(hit.label)}`
  return '/data-sets'
}

/** Keys that only move the focus say nothing in a list. */
const SILENT = new Set(['Escape', 'mod+k', 'n', 'j', 'k', '/'])

/** Groups of the palette: what is loaded at once, what the server finds below it, so that the highlight never moves. */
export function usePaletteGroups(text: string, asked: string, wide: boolean) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const path = usePathname()
  const sweepId = /^\/sweeps\/([^/]+)/.exec(path)?.[1]
  const scope = wide || sweepId === 'new' ? undefined : sweepId
  const loaded = scope ? queries.getQueryData(trpc.sweep.runs.queryKey({ id: scope })) : undefined
  const sweep = scope ? queries.getQueryData(trpc.sweep.get.queryKey({ id: scope }))?.sweep : undefined
  const runs = useMemo(() => loaded?.runs ?? [], [loaded])
  const [subjectId, setSubject] = useState<string | null>(null)
  const [here] = useState(() =>
    activeShortcuts()
      .filter((one) => !SILENT.has(one.keys) && !one.keys.startsWith('g '))
      .map(
        (one): PaletteItem => ({
          value: `key ${one.keys}`,
          label: one.label,
          detail: 'on this page',
          icon: 'key',
          keys: one.keys,
          act: { kind: 'shortcut', keys: one.keys },
        }),
      ),
  )
  const hits = useQuery(
    trpc.search.palette.queryOptions(
      { text: asked },
      { enabled: asked !== '', placeholderData: (before) => before },
    ),
  )
  const groups = useMemo<PaletteGroup[]>(() => {
    const inSweep = runItems(runs, variedParameters(runs), text)
    const subject = inSweep.some((item) => item.of === subjectId) ? subjectId : (inSweep[0]?.of ?? null)
    const run = runs.find((one) => one.id === subject)
    const ofSweep = scope
      ? [
          go(
            'clone-sweep',
            `Clone ${sweep?.name ?? 'this sweep'}`,
            'opens the form with its values',
            `/sweeps/new?from=${scope}`,
          ),
        ]
      : []
    const found = (asked === '' ? [] : (hits.data ?? []))
      .filter((hit) => hit.kind !== 'run' || hit.sweepId !== scope)
      .map(
        (hit): PaletteItem => ({
          value: `${hit.kind} ${hit.id}`,
          label: hit.label,
          detail: hit.detail,
          icon: hit.kind,
          act: { kind: 'go', href: hrefOf(hit) },
        }),
      )
    return [
      { label: 'Runs in this sweep', items: inSweep },
      {
        label: run ? `Do with ${inSweep.find((item) => item.of === run.id)?.label}` : '',
        items: run ? runActions(run) : [],
      },
      { label: 'Go to', items: fitting(PLACES, text) },
      { label: 'Do', items: fitting([...ofSweep, ...ANYWHERE], text) },
      { label: 'On this page', items: fitting(here, text) },
      { label: 'Anywhere', items: found },
    ].filter((group) => group.items.length > 0)
  }, [text, asked, hits.data, scope, sweep, runs, subjectId, here])
  return { groups, runs, sweep, scope, searching: hits.isFetching, setSubject }
}
