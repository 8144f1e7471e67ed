'use client'

import { ContextMenu as Base } from '@base-ui/react/context-menu'
import { type MouseEvent, type ReactNode, useState } from 'react'
import { MenuEntries, type MenuEntry } from './MenuEntries'

interface ContextMenuProps {
  /** What can be done with the thing under the pointer; `null` leaves the browser's own menu. */
  entriesAt: (event: MouseEvent<HTMLElement>) => readonly MenuEntry[] | null
  className?: string
  children: ReactNode
}

/** The same actions as behind a button, on a right click or a long press. */
export function ContextMenu({ entriesAt, className, children }: ContextMenuProps) {
  const [entries, setEntries] = useState<readonly MenuEntry[]>([])
  return (
    <Base.Root>
      <Base.Trigger
        className={className}
        onContextMenuCapture={(event) => {
          const found = entriesAt(event)
          if (found === null) event.stopPropagation()
          else setEntries(found)
        }}
      >
        {children}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="z-50 outline-none">
          <MenuEntries entries={entries} />
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
