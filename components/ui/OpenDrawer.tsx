'use client'

import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

export interface DrawerProps {
  open: boolean
  onClose: () => void
  title: string
  children: ReactNode
}

/** Comes from the right over a list that stays in reach; the whole width on a phone. Escape closes it. */
export function OpenDrawer({ open, onClose, title, children }: DrawerProps) {
  return (
    <Base.Root
      open={open}
      modal={false}
      disablePointerDismissal
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Base.Portal>
        <Base.Popup className="fixed inset-y-0 right-0 z-30 flex w-[452px] max-w-full flex-col overflow-y-auto bg-surface shadow-float outline-none transition-transform duration-(--motion-menu) data-ending-style:translate-x-full data-starting-style:translate-x-full">
          <Base.Title className="sr-only">{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
