'use client'

import {
  cloneElement,
  lazy,
  type ReactElement,
  type ReactNode,
  Suspense,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'

const load = () => import('./TooltipPopup').then((module) => ({ default: module.TooltipPopup }))
const TooltipPopup = lazy(load)

const OPENS_AFTER_MS = 400
/** Time to get from the word onto its hint. */
const CLOSES_AFTER_MS = 120

/** A hint on hover and focus; it can be hovered itself, and Escape closes it. */
export function Tooltip({
  content,
  children,
}: {
  content: ReactNode
  children: ReactElement<React.ComponentProps<'button'>>
}) {
  const id = useId()
  const anchor = useRef<HTMLButtonElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const [open, setOpen] = useState(false)
  useEffect(() => () => clearTimeout(timer.current), [])
  const turn = (to: boolean, afterMs: number) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setOpen(to), afterMs)
  }
  return (
    <>
      {cloneElement(children, {
        ref: anchor,
        'aria-describedby': open ? id : undefined,
        onPointerEnter: () => {
          void load()
          turn(true, OPENS_AFTER_MS)
        },
        onPointerLeave: () => turn(false, CLOSES_AFTER_MS),
        onFocus: () => turn(true, 0),
        onBlur: () => turn(false, 0),
        onKeyDown: (event) => {
          if (event.key !== 'Escape' || !open) return
          event.stopPropagation()
          turn(false, 0)
        },
      })}
      {open ? (
        <Suspense fallback={null}>
          <TooltipPopup id={id} anchor={anchor} onOver={(over) => turn(over, over ? 0 : CLOSES_AFTER_MS)}>
            {content}
          </TooltipPopup>
        </Suspense>
      ) : null}
    </>
  )
}
