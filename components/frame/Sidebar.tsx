'use client'

import { useQuery } from '@tanstack/react-query'
import { LogOut, Search, Settings } from 'lucide-react'
import Link from 'next/link'
import { keyLabel } from '../keys/keys'
import { LiveFoot } from '../live/LiveFoot'
import { useRefreshOn } from '../live/useRefreshOn'
import { useTRPC } from '../trpc/trpc'
import { Kbd } from '../ui/Kbd'
import { Menu } from '../ui/Menu'
import { useHydrated } from '../ui/useHydrated'
import { Logo } from './Logo'
import { NavLink } from './NavLink'
import { IMPROVE, LIBRARY, type Place, SETTINGS, WORK } from './places'
import { setTheme, useTheme } from './theme'

export interface Me {
  name: string
  email: string
  isOwner: boolean
  projects: readonly { id: string; name: string; role: string }[]
}

/** 200 px, 52 when folded: places, how live the page is, who is here. Not on phones. */
export function Sidebar({ me, onSearch }: { me: Me; onSearch: () => void }) {
  const hydrated = useHydrated()
  const counts = useCounts()
  return (
    <aside className="flex w-50 shrink-0 flex-col border-r border-line bg-bg px-2 pt-3 pb-2 max-desk:w-13 max-tablet:hidden">
      <Link
        href="/"
        className="mb-2.5 flex h-6 items-center gap-2 rounded-6 px-2 text-15 font-semibold no-underline max-desk:justify-center"
      >
        <Logo />
        <span className="max-desk:sr-only">Alto</span>
      </Link>
      <button
        type="button"
        onClick={onSearch}
        className="mb-2 flex h-7 items-center gap-2 rounded-6 border border-line-2 bg-surface px-2 text-12 text-ink-2 hover:bg-hover max-desk:justify-center"
      >
        <Search size={14} className="shrink-0 text-ink-3" aria-hidden="true" />
        <span className="max-desk:sr-only">Search or run…</span>
        <span className="ml-auto max-desk:hidden">
          <Kbd>{hydrated ? keyLabel('mod+k') : '⌘K'}</Kbd>
        </span>
      </button>
      <nav aria-label="Places" className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        <ul className="flex flex-col gap-px">
          {WORK.map((place) => (
            <li key={place.href}>
              <NavLink place={place} count={counts[place.href]} />
            </li>
          ))}
        </ul>
        <PlaceGroup title="Improve" places={IMPROVE} />
        <PlaceGroup title="Library" places={LIBRARY} />
      </nav>
      <div className="-mx-2 border-t border-line px-2 pt-2">
        <NavLink place={SETTINGS} />
        <LiveFoot />
        <PersonMenu me={me} />
      </div>
    </aside>
  )
}

function PlaceGroup({ title, places }: { title: string; places: readonly Place[] }) {
  return (
    <>
      <h2 className="px-2 pt-4 pb-1 text-12 text-ink-3 max-desk:sr-only">{title}</h2>
      <ul className="flex flex-col gap-px">
        {places.map((place) => (
          <li key={place.href}>
            <NavLink place={place} />
          </li>
        ))}
      </ul>
    </>
  )
}

function useCounts(): Record<string, number> {
  const trpc = useTRPC()
  const running = useQuery(trpc.sweep.list.queryOptions({ states: ['running'], limit: 500 }))
  const nodes = useQuery(trpc.cluster.nodes.queryOptions())
  useRefreshOn(
    (event) => event.kind === 'sweep' || event.kind === 'node',
    [trpc.sweep.list.queryKey({ states: ['running'], limit: 500 }), trpc.cluster.nodes.queryKey()],
    2000,
  )
  return {
    '/sweeps': running.data?.sweeps.length ?? 0,
    '/cluster': nodes.data?.nodes.reduce((sum, node) => sum + node.gpus.length, 0) ?? 0,
  }
}

function PersonMenu({ me }: { me: Me }) {
  const theme = useTheme()
  const project = me.projects[0]
  const words = `${project?.name ?? 'No project'} · ${project?.role ?? 'no role'}`
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`${me.name}, ${words}`}
          className="flex h-6 w-full items-center gap-2.5 rounded-6 px-2 text-12 text-ink-2 hover:bg-hover max-desk:justify-center"
        />
      }
      entries={[
        ...(['system', 'light', 'dark'] as const).map((one) => ({
          label: one === 'system' ? 'Theme of the system' : one === 'light' ? 'Light theme' : 'Dark theme',
          checked: theme === one,
          onSelect: () => setTheme(one),
        })),
        'line' as const,
        {
          label: 'Settings',
          icon: <Settings size={13} />,
          onSelect: () => window.location.assign('/settings'),
        },
        { label: 'Sign out', effect: me.email, icon: <LogOut size={13} />, onSelect: signOut },
      ]}
    >
      <span
        className="flex size-3.5 shrink-0 items-center justify-center rounded-3 bg-ok text-10 font-semibold text-ink-inv"
        aria-hidden="true"
      >
        {me.name.slice(0, 1).toUpperCase()}
      </span>
      <span className="min-w-0 truncate max-desk:sr-only">{words}</span>
    </Menu>
  )
}

/** Ends the session on the server and forgets everything that this page loaded. */
export function signOut(): void {
  void fetch('/api/auth/sign-out', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  }).finally(() => window.location.assign('/sign-in'))
}
