import clsx from 'clsx'
import type { KeyboardEvent, ReactNode, RefObject } from 'react'

interface ScrollRegionProps {
  label: string
  children: ReactNode
  className?: string
  ref?: RefObject<HTMLElement | null>
  onScroll?: () => void
  onPointerEnter?: () => void
  onPointerLeave?: () => void
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
}

/** A part of a page that scrolls by itself and so can be reached by keyboard. */
export function ScrollRegion({ label, children, className, ...rest }: ScrollRegionProps) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
      tabIndex={0}
      {...rest}
      className={clsx('overflow-auto outline-offset-[-2px]', className)}
    >
      {children}
    </section>
  )
}
