'use client'

import { Drawer as Base } from '@base-ui/react/drawer'
import type { ReactNode } from 'react'
import { scrimClass } from './scrimClass'

export interface SheetProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  children: ReactNode
}

/** Comes from below on a phone, with a handle to swipe it away. */
export function OpenSheet({ open, onOpenChange, title, children }: SheetProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange} swipeDirection="down">
      <Base.Portal>
        <Base.Backdrop className={scrimClass} />
        <Base.Viewport className="fixed inset-0 z-50 flex items-end">
          <Base.Popup className="max-h-[85dvh] w-full overflow-y-auto overscroll-contain rounded-t-16 bg-raised px-4 pt-2 pb-6 shadow-float outline-none transition-transform duration-(--motion-sheet) [transform:translateY(var(--drawer-swipe-movement-y))] data-ending-style:[transform:translateY(100%)] data-starting-style:[transform:translateY(100%)]">
            <div className="mx-auto mb-3 h-1 w-9 rounded-3 bg-line-2" aria-hidden="true" />
            <Base.Content>
              <Base.Title className="sr-only">{title}</Base.Title>
              {children}
            </Base.Content>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
