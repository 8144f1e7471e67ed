'use client'

import { Autocomplete } from '@base-ui/react/autocomplete'
import { Search } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useDeferredValue, useState } from 'react'
import type { RunRow } from '@/server/views/run-row'
import { activeShortcuts, keyLabel } from '../keys/keys'
import { useRunActions } from '../sweeps/useRunActions'
import { Kbd } from '../ui/Kbd'
import { PaletteIcon } from './PaletteIcon'
import type { PaletteGroup, PaletteItem } from './palette-groups'
import { signOut } from './Sidebar'
import { setTheme } from './theme'
import { usePaletteGroups } from './usePaletteGroups'

interface PaletteInsideProps {
  close: () => void
  takeTyped: () => string
  onClone: (run: RunRow, runs: readonly RunRow[]) => void
}

export function PaletteInside({ close, takeTyped, onClone }: PaletteInsideProps) {
  const router = useRouter()
  const [text, setText] = useState(takeTyped)
  const [wide, setWide] = useState(false)
  const asked = useDeferredValue(text.trim())
  const { groups, runs, sweep, scope, searching, setSubject } = usePaletteGroups(text, asked, wide)
  const actions = useRunActions(scope ?? '')
  const count = groups.reduce((sum, group) => sum + group.items.length, 0)
  const runOf = (id: string | undefined) => runs.find((run) => run.id === id)

  const choose = ({ act }: PaletteItem) => {
    close()
    if (act.kind === 'go') router.push(act.href)
    else if (act.kind === 'shortcut')
      activeShortcuts()
        .find((one) => one.keys === act.keys)
        ?.run()
    else if (act.kind === 'page') {
      if (act.act === 'sign-out') signOut()
      else setTheme(act.act === 'theme-dark' ? 'dark' : act.act === 'theme-light' ? 'light' : 'system')
    } else {
      const run = runOf(act.runId)
      if (!run) return
      if (act.wish === 'clone') onClone(run, runs)
      else actions[act.wish](run)
    }
  }
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      value={text}
      onValueChange={setText}
      filter={null}
      autoHighlight="always"
      itemToStringValue={(item: PaletteItem) => item.label}
      onItemHighlighted={(item: PaletteItem | undefined) => {
        if (item?.icon === 'run' && item.of) setSubject(item.of)
      }}
    >
      <div className="flex h-11 shrink-0 items-center gap-3 border-b border-line px-4">
        <Search size={15} className="text-ink-3" aria-hidden="true" />
        {scope && sweep ? (
          <span className="max-w-40 shrink-0 truncate rounded-4 bg-selected px-1.5 py-0.5 text-12">
            {sweep.name}
          </span>
        ) : null}
        <Autocomplete.Input
          aria-label="Search or run"
          placeholder="Search or run…"
          className="h-full min-w-0 flex-1 bg-transparent text-15 outline-none"
          onKeyDown={(event) => {
            if (event.key === 'Backspace' && text === '') setWide(true)
          }}
        />
        <span className="text-12 text-ink-3 tabular-nums">
          {count === 1 ? '1 result' : `${count} results`}
        </span>
        <Kbd>esc</Kbd>
      </div>
      <Autocomplete.List className="min-h-0 flex-1 overflow-y-auto p-1.5 outline-none">
        {(group: PaletteGroup) => (
          <Autocomplete.Group key={group.label} items={group.items}>
            <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-12 text-ink-3">
              {group.label}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(item: PaletteItem) => (
                <Autocomplete.Item
                  key={item.value}
                  value={item}
                  onClick={() => choose(item)}
                  className="group flex min-h-9 items-center gap-3 rounded-6 px-2.5 text-13 data-highlighted:bg-selected pointer-coarse:min-h-11"
                >
                  <span className="flex w-3.5 shrink-0 justify-center text-ink-3">
                    <PaletteIcon item={item} run={item.icon === 'run' ? runOf(item.of) : undefined} />
                  </span>
                  <span className="shrink-0 font-550">{item.label}</span>
                  <span className="min-w-0 truncate text-12 text-ink-3">{item.detail}</span>
                  <span className="ml-auto flex shrink-0 gap-1">
                    {item.keys ? (
                      item.keys.split(' ').map((key) => <Kbd key={key}>{keyLabel(key)}</Kbd>)
                    ) : (
                      <span className="hidden group-data-highlighted:block">
                        <Kbd>↵</Kbd>
                      </span>
                    )}
                  </span>
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
      {count === 0 && searching ? (
        <p className="px-4 py-4 text-12 text-ink-2">Searching…</p>
      ) : count === 0 ? (
        <p className="px-4 py-4 text-12 text-ink-2">
          Nothing here is called “{text.trim()}”. Pages, actions, sweeps, runs, nodes and data sets are
          searched.
        </p>
      ) : null}
      <div className="flex h-8 shrink-0 items-center gap-4 border-t border-line px-4 text-11 text-ink-3 max-tablet:hidden">
        <span className="flex items-center gap-1">
          <Kbd>↑</Kbd>
          <Kbd>↓</Kbd> move
        </span>
        <span className="flex items-center gap-1">
          <Kbd>↵</Kbd> choose
        </span>
        {scope && sweep ? (
          <span className="ml-auto flex items-center gap-1">
            <Kbd>⌫</Kbd> search everywhere
          </span>
        ) : null}
      </div>
    </Autocomplete.Root>
  )
}
