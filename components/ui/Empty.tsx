import type { ReactNode } from 'react'

/** An empty list says what it waits for and what to do. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-3 px-4 py-4 text-12 text-ink-2">
      <p className="max-w-[60ch]">{children}</p>
      {action}
    </div>
  )
}
