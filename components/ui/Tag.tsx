import clsx from 'clsx'
import type { ReactNode } from 'react'

/** A quiet label without a state: "recorded sweep", "owner". */
export function Tag({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <span
      className={clsx(
        'inline-flex h-5 items-center gap-1 rounded-4 bg-idle-bg px-1.5 text-11 text-idle',
        className,
      )}
    >
      {children}
    </span>
  )
}
