import clsx from 'clsx'
import type { ReactNode } from 'react'

interface PaneHeadProps {
  title: ReactNode
  /** Measure, unit and window. */
  sub?: ReactNode
  actions?: ReactNode
  className?: string
  level?: 2 | 3
}

/** 36 px: the question, what it measures, what can be changed. */
export function PaneHead({ title, sub, actions, className, level = 2 }: PaneHeadProps) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <div className={clsx('flex min-h-9 flex-wrap items-center gap-x-2 gap-y-1 px-4', className)}>
      <Heading className="text-13 font-semibold whitespace-nowrap">{title}</Heading>
      {sub ? <span className="min-w-0 truncate text-12 text-ink-3">{sub}</span> : null}
      {actions ? (
        <div className="ml-auto flex min-w-0 flex-wrap items-center gap-1.5 py-1">{actions}</div>
      ) : null}
    </div>
  )
}

/** A part of a page. Panes touch; hairlines divide them. */
export function Pane({
  children,
  className,
  label,
}: {
  children: ReactNode
  className?: string
  label?: string
}) {
  return (
    <section aria-label={label} className={clsx('bg-surface', className)}>
      {children}
    </section>
  )
}
