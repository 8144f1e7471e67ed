'use client'

import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog as Base } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import { Boxes, ChartLine, CornerDownLeft, Database, Plus, Search, Server } from 'lucide-react'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react'
import { useTRPC } from '../trpc/trpc'
import { scrimClass } from '../ui/Dialog'
import { Kbd } from '../ui/Kbd'
import { IMPROVE, LIBRARY, SETTINGS, WORK } from './places'

interface Item {
  value: string
  label: string
  detail: string
  icon: ReactNode
  href: string
}

interface Group {
  label: string
  items: Item[]
}

const ICONS = { sweep: ChartLine, run: Boxes, node: Server, dataset: Database } as const

/** ⌘K: what is here, then what can be done, then everything that has such a name. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={scrimClass} />
        <Base.Popup
          aria-label="Search or run"
          className="fixed top-[13vh] left-1/2 z-50 flex max-h-[60vh] w-[min(640px,calc(100vw-24px))] -translate-x-1/2 flex-col overflow-hidden rounded-12 bg-raised shadow-float outline-none"
        >
          <Inside close={() => onOpenChange(false)} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function Inside({ close }: { close: () => void }) {
  const router = useRouter()
  const path = usePathname()
  const trpc = useTRPC()
  const [text, setText] = useState('')
  const asked = useDeferredValue(text.trim())
  const sweepId = /^\/sweeps\/([^/]+)/.exec(path)?.[1]
  const scoped = sweepId === 'new' ? undefined : sweepId
  const hits = useQuery(
    trpc.search.palette.queryOptions(
      { text: asked },
      { enabled: asked !== '', placeholderData: (before) => before },
    ),
  )
  const groups = useMemo<Group[]>(() => {
    const wanted = text.trim().toLowerCase()
    const fits = (label: string) => label.toLowerCase().includes(wanted)
    const actions: Item[] = [
      {
        value: 'new',
        label: 'New sweep',
        detail: 'opens the form',
        icon: <Plus size={14} />,
        href: '/sweeps/new',
      },
    ].filter((item) => fits(item.label))
    const places: Item[] = [...WORK, ...IMPROVE, ...LIBRARY, SETTINGS]
      .filter((place) => fits(place.label))
      .map((place) => ({
        value: place.href,
        label: place.label,
        detail: '',
        icon: <place.icon size={14} />,
        href: place.href,
      }))
    const found: Item[] = (asked === '' ? [] : (hits.data ?? [])).map((hit) => {
      const Icon = ICONS[hit.kind]
      return {
        value: `${hit.kind} ${hit.id}`,
        label: hit.label,
        detail: hit.detail,
        icon: <Icon size={14} />,
        href: hrefOf(hit),
      }
    })
    const here = found.filter((item) => scoped !== undefined && item.href.startsWith(`/sweeps/${scoped}/`))
    const elsewhere = found.filter((item) => !here.includes(item))
    return [
      { label: 'Runs in this sweep', items: here },
      { label: 'Do', items: actions },
      { label: 'Go to', items: places },
      { label: 'Anywhere', items: elsewhere },
    ].filter((group) => group.items.length > 0)
  }, [text, asked, hits.data, scoped])
  const count = groups.reduce((sum, group) => sum + group.items.length, 0)

  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      value={text}
      onValueChange={setText}
      filter={null}
      autoHighlight="always"
      itemToStringValue={(item: Item) => item.label}
    >
      <div className="flex h-11 shrink-0 items-center gap-3 border-b border-line px-4">
        <Search size={15} className="text-ink-3" aria-hidden="true" />
        <Autocomplete.Input
          aria-label="Search or run"
          placeholder="Search or run…"
          className="h-full min-w-0 flex-1 bg-transparent text-15 outline-none"
        />
        <span className="text-12 text-ink-3 tabular-nums">
          {count === 1 ? '1 result' : `${count} results`}
        </span>
        <Kbd>esc</Kbd>
      </div>
      <Autocomplete.List className="min-h-0 flex-1 overflow-y-auto p-1.5 outline-none">
        {(group: Group) => (
          <Autocomplete.Group key={group.label} items={group.items}>
            <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-12 text-ink-3">
              {group.label}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(item: Item) => (
                <Autocomplete.Item
                  key={item.value}
                  value={item}
                  onClick={() => {
                    close()
                    router.push(item.href)
                  }}
                  className="group flex min-h-9 items-center gap-3 rounded-6 px-2.5 text-13 data-highlighted:bg-selected pointer-coarse:min-h-11"
                >
                  <span className="text-ink-3">{item.icon}</span>
                  <span className="font-550">{item.label}</span>
                  <span className="min-w-0 truncate text-12 text-ink-3">{item.detail}</span>
                  <CornerDownLeft
                    size={12}
                    className="ml-auto hidden text-ink-3 group-data-highlighted:block"
                    aria-hidden="true"
                  />
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
      {count === 0 && hits.isFetching ? (
        <p className="px-4 py-4 text-12 text-ink-2">Searching…</p>
      ) : count === 0 ? (
        <p className="px-4 py-4 text-12 text-ink-2">
          Nothing here is called “{text.trim()}”. Sweeps, runs, nodes and data sets are searched.
        </p>
      ) : null}
      <div className="flex h-8 shrink-0 items-center gap-4 border-t border-line px-4 text-11 text-ink-3 max-tablet:hidden">
        <span className="flex items-center gap-1">
          <Kbd>↑</Kbd>
          <Kbd>↓</Kbd> move
        </span>
        <span className="flex items-center gap-1">
          <Kbd>↵</Kbd> open
        </span>
      </div>
    </Autocomplete.Root>
  )
}

function hrefOf(hit: {
  kind: keyof typeof ICONS
  id: string
  label: string
  sweepId: string | null
}): string {
  if (hit.kind === 'sweep') return `/sweeps/${hit.id}`
  if (hit.kind === 'run') return `/sweeps/${hit.sweepId}/runs/${Number(hit.label.replace(/\D/g, ''))}`
  if (hit.kind === 'node') return `/cluster?tab=nodes&node=${encodeURIComponent(hit.label)}`
  return '/data-sets'
}
