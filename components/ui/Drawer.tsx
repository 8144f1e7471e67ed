'use client'

import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

interface DrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  children: ReactNode
}

/** 452 px over the right side; the page behind stays in sight and usable. */
export function Drawer({ open, onOpenChange, title, children }: DrawerProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange} modal={false} disablePointerDismissal>
      <Base.Portal>
        <Base.Popup className="fixed inset-y-0 right-0 z-40 w-[min(452px,100vw)] overflow-y-auto bg-raised shadow-float outline-none transition-transform duration-(--motion-menu) data-ending-style:translate-x-full data-starting-style:translate-x-full">
          <Base.Title className="sr-only">{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
