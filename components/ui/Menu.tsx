'use client'

import { cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useRef } from 'react'
import type { MenuEntry } from './MenuEntries'
import { useWanted } from './useWanted'

const load = () => import('./MenuPopup').then((module) => ({ default: module.MenuPopup }))
const MenuPopup = lazy(load)
/** Loads before the click: when the pointer or the focus comes near. */
const prepare = () => void load()

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement<React.ComponentProps<'button'>>
  children?: ReactNode
  entries: readonly MenuEntry[]
  align?: 'start' | 'end'
}

/** Actions behind a button. */
export function Menu({ trigger, entries, align = 'end', children }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null)
  const { open, mounted, setOpen } = useWanted()
  return (
    <>
      {cloneElement(
        trigger,
        {
          ref: button,
          'aria-haspopup': 'menu',
          'aria-expanded': open,
          onPointerEnter: prepare,
          onFocus: prepare,
          onClick: () => setOpen(!open),
          onKeyDown: (event) => {
            if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
            event.preventDefault()
            setOpen(true)
          },
        },
        children ?? trigger.props.children,
      )}
      {mounted ? (
        <Suspense fallback={null}>
          <MenuPopup
            open={open}
            onOpenChange={setOpen}
            entries={entries}
            anchor={button}
            align={align}
            from={button}
          />
        </Suspense>
      ) : null}
    </>
  )
}
