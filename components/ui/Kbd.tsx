import clsx from 'clsx'
import type { ReactNode } from 'react'

/** A key, drawn small. `inherit` takes the colour of the button around it. */
export function Kbd({ children, inherit = false }: { children: ReactNode; inherit?: boolean }) {
  return (
    <kbd
      className={clsx(
        'inline-flex h-4 min-w-4 items-center justify-center rounded-3 border px-1 font-sans text-10 font-normal pointer-coarse:hidden',
        inherit ? 'border-current opacity-70' : 'border-line-2 text-ink-3',
      )}
    >
      {children}
    </kbd>
  )
}
