'use client'

import { Menu as Base } from '@base-ui/react/menu'
import type { RefObject } from 'react'
import { MenuEntries, type MenuEntry } from './MenuEntries'

interface MenuPopupProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  entries: readonly MenuEntry[]
  /** What it hangs from: a button, or a point. */
  anchor: RefObject<HTMLElement | null> | { getBoundingClientRect: () => DOMRect }
  align: 'start' | 'end'
  sideOffset?: number
  /** Gets the focus back. */
  from?: RefObject<HTMLElement | null>
}

/** An open menu, loaded when the first one is wanted. Arrows, typing and Escape work. */
export function MenuPopup({
  open,
  onOpenChange,
  entries,
  anchor,
  align,
  sideOffset = 4,
  from,
}: MenuPopupProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Positioner
          anchor={anchor}
          side="bottom"
          align={align}
          sideOffset={sideOffset}
          className="z-50 outline-none"
        >
          <MenuEntries entries={entries} finalFocus={from} />
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
