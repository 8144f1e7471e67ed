'use client'

import { lazy, type MouseEvent, type PointerEvent, type ReactNode, Suspense, useRef, useState } from 'react'
import type { MenuEntry } from './MenuEntries'
import { useWanted } from './useWanted'

const MenuPopup = lazy(() => import('./MenuPopup').then((module) => ({ default: module.MenuPopup })))

/** A finger that rests this long asks for the menu, where the browser does not say so itself. Unit: milliseconds. */
const LONG_PRESS_MS = 550
/** A finger that moves further scrolls. Unit: pixels. */
const STILL = 10

interface ContextMenuProps {
  /** What can be done with the thing under the pointer; `null` leaves the browser's own menu. */
  entriesAt: (event: MouseEvent<HTMLElement>) => readonly MenuEntry[] | null
  className?: string
  children: ReactNode
}

/** The same actions as behind a button, on a right click or a long press. */
export function ContextMenu({ entriesAt, className, children }: ContextMenuProps) {
  const { open, mounted, setOpen } = useWanted()
  const [shown, setShown] = useState<{ entries: readonly MenuEntry[]; x: number; y: number } | null>(null)
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null)
  const openAt = (event: MouseEvent<HTMLElement>): boolean => {
    const entries = entriesAt(event)
    if (entries === null) return false
    setShown({ entries, x: event.clientX, y: event.clientY })
    setOpen(true)
    return true
  }
  const release = () => {
    if (press.current) clearTimeout(press.current.timer)
    press.current = null
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys reach the same actions through the palette and single keys
    <div
      className={className}
      onContextMenu={(event) => {
        release()
        if (openAt(event)) event.preventDefault()
      }}
      onPointerDown={(event: PointerEvent<HTMLElement>) => {
        if (event.pointerType !== 'touch') return
        const { clientX: x, clientY: y } = event
        press.current = { timer: setTimeout(() => openAt(event), LONG_PRESS_MS), x, y }
      }}
      onPointerMove={({ clientX, clientY }) => {
        const from = press.current
        if (from && Math.hypot(clientX - from.x, clientY - from.y) > STILL) release()
      }}
      onPointerUp={release}
      onPointerCancel={release}
    >
      {children}
      {mounted && shown ? (
        <Suspense fallback={null}>
          <MenuPopup
            open={open}
            onOpenChange={setOpen}
            entries={shown.entries}
            anchor={{ getBoundingClientRect: () => new DOMRect(shown.x, shown.y, 0, 0) }}
            align="start"
            sideOffset={2}
          />
        </Suspense>
      ) : null}
    </div>
  )
}
