'use client'

import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import { MenuEntries, type MenuEntry } from './MenuEntries'

interface MenuProps {
  /** The element that opens it; gets the button behaviour. */
  trigger: ReactElement
  children?: ReactNode
  entries: readonly MenuEntry[]
  align?: 'start' | 'end'
}

/** Actions behind a button. */
export function Menu({ trigger, entries, align = 'end', children }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger}>{children}</Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} className="z-50 outline-none">
          <MenuEntries entries={entries} />
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
