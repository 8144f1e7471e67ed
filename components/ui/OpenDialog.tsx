'use client'

import { Dialog as Base } from '@base-ui/react/dialog'
import clsx from 'clsx'
import type { ReactNode } from 'react'
import { scrimClass } from './scrimClass'

export interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** Read but not seen, where the content says it better. */
  hiddenTitle?: boolean
  description?: ReactNode
  children?: ReactNode
  className?: string
}

/** A modal window. Focus is trapped and goes back where it was. */
export function OpenDialog({
  open,
  onOpenChange,
  title,
  hiddenTitle,
  description,
  children,
  className,
}: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={scrimClass} />
        <Base.Popup
          className={clsx(
            'fixed top-[14vh] left-1/2 z-50 max-h-[80vh] w-[min(480px,calc(100vw-24px))] -translate-x-1/2 overflow-y-auto rounded-12 bg-raised p-5 shadow-float outline-none transition-opacity duration-(--motion-menu) data-ending-style:opacity-0 data-starting-style:opacity-0',
            className,
          )}
        >
          <Base.Title className={hiddenTitle ? 'sr-only' : 'text-15 font-semibold'}>{title}</Base.Title>
          {description ? (
            <Base.Description className="mt-2 text-13 text-ink-2">{description}</Base.Description>
          ) : null}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
