'use client'

import { Menu as Base } from '@base-ui/react/menu'
import clsx from 'clsx'
import type { ReactNode, RefObject } from 'react'
import { Kbd } from './Kbd'

export interface MenuAction {
  label: string
  onSelect: () => void
  icon?: ReactNode
  /** What it costs or does, at the right. */
  effect?: string
  shortcut?: string
  danger?: boolean
  disabled?: boolean
  /** A tick box instead of an action. */
  checked?: boolean
}

export type MenuEntry = MenuAction | 'line'

const itemClass =
  'flex min-h-7 items-center gap-2 rounded-5 px-2 text-12 outline-none data-highlighted:bg-selected data-disabled:text-ink-3 pointer-coarse:min-h-11'

/** What is inside a menu, whether a button or a right click opened it. */
export function MenuEntries({
  entries,
  finalFocus,
}: {
  entries: readonly MenuEntry[]
  finalFocus?: RefObject<HTMLElement | null>
}) {
  return (
    <Base.Popup finalFocus={finalFocus} className="min-w-44 rounded-8 bg-raised p-1 shadow-menu outline-none">
      {entries.map((entry, index) =>
        entry === 'line' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
          <Base.Separator key={`line-${index}`} className="mx-1 my-1 h-px bg-line" />
        ) : (
          <Entry key={entry.label} entry={entry} />
        ),
      )}
    </Base.Popup>
  )
}

function Entry({ entry }: { entry: MenuAction }) {
  const inside = (
    <>
      {entry.icon ? <span className="text-ink-3">{entry.icon}</span> : null}
      <span className="font-medium">{entry.label}</span>
      {entry.effect ? <span className="text-ink-3">{entry.effect}</span> : null}
      {entry.shortcut ? (
        <span className="ml-auto pl-4">
          <Kbd>{entry.shortcut}</Kbd>
        </span>
      ) : null}
    </>
  )
  if (entry.checked !== undefined)
    return (
      <Base.CheckboxItem
        checked={entry.checked}
        onCheckedChange={entry.onSelect}
        closeOnClick={false}
        className={itemClass}
      >
        <span className="w-3.5 shrink-0">
          <Base.CheckboxItemIndicator>✓</Base.CheckboxItemIndicator>
        </span>
        {inside}
      </Base.CheckboxItem>
    )
  return (
    <Base.Item
      disabled={entry.disabled}
      onClick={entry.onSelect}
      className={clsx(itemClass, entry.danger && 'text-bad')}
    >
      {inside}
    </Base.Item>
  )
}
