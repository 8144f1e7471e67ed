import clsx from 'clsx'
import type { ReactNode } from 'react'

interface FilterChipProps {
  pressed: boolean
  onClick: () => void
  children: ReactNode
}

/** How a filter looks, pressed or not. */
export const chipClass = (pressed: boolean): string =>
  clsx(
    'inline-flex h-6 shrink-0 items-center gap-1.5 rounded-6 border px-2 text-12 font-medium whitespace-nowrap select-none pointer-coarse:h-9',
    pressed ? 'border-line-3 bg-selected text-ink' : 'border-line-2 bg-surface text-ink-2 hover:bg-hover',
  )

/** One filter of a list, on or off. */
export function FilterChip({ pressed, onClick, children }: FilterChipProps) {
  return (
    <button type="button" aria-pressed={pressed} onClick={onClick} className={chipClass(pressed)}>
      {children}
    </button>
  )
}
