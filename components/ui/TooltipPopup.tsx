'use client'

import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactNode, RefObject } from 'react'

interface TooltipPopupProps {
  id: string
  anchor: RefObject<HTMLElement | null>
  children: ReactNode
  /** The pointer went onto the hint, or away from it. */
  onOver: (over: boolean) => void
}

/** The hint itself, loaded when the first one is wanted. */
export function TooltipPopup({ id, anchor, children, onOver }: TooltipPopupProps) {
  return (
    <Base.Root open>
      <Base.Portal>
        <Base.Positioner anchor={anchor} sideOffset={6} className="z-50">
          <Base.Popup
            id={id}
            role="tooltip"
            onPointerEnter={() => onOver(true)}
            onPointerLeave={() => onOver(false)}
            className="max-w-72 rounded-6 bg-raised px-2 py-1.5 text-11 text-ink-2 shadow-menu"
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
