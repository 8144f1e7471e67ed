import clsx from 'clsx'
import { ChevronLeft } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'

interface HeaderProps {
  title: ReactNode
  /** The list that this page belongs to. */
  parent?: { href: string; label: string }
  state?: ReactNode
  /** One line of facts. */
  facts?: ReactNode
  actions?: ReactNode
  /** Between title and facts: tabs. */
  tabs?: ReactNode
}

/** 48 px: where this is, what it is called, its state, its facts, what can be done. */
export function Header({ title, parent, state, facts, actions, tabs }: HeaderProps) {
  return (
    <header className="flex min-h-12 shrink-0 items-center gap-3 border-b border-line bg-surface px-4 max-tablet:flex-wrap max-tablet:gap-x-2 max-tablet:gap-y-1 max-tablet:py-1.5">
      {parent ? (
        <>
          <Link
            href={parent.href}
            aria-label={`Back to ${parent.label}`}
            className="flex size-11 items-center justify-center tablet:hidden"
          >
            <ChevronLeft size={20} aria-hidden="true" />
          </Link>
          <nav
            aria-label="Breadcrumb"
            className="flex items-center gap-3 text-13 text-ink-2 max-tablet:hidden"
          >
            <Link href={parent.href} className="rounded-4 no-underline hover:text-ink">
              {parent.label}
            </Link>
            <span aria-hidden="true" className="text-ink-3">
              /
            </span>
          </nav>
        </>
      ) : null}
      <h1 className={clsx('min-w-0 truncate text-15 font-semibold', parent ? '-ml-1' : '')}>{title}</h1>
      {state}
      {tabs}
      {facts ? <div className="min-w-0 truncate text-12 text-ink-2 max-tablet:hidden">{facts}</div> : null}
      {actions ? (
        <div className="ml-auto flex shrink-0 items-center gap-2 max-tablet:shrink max-tablet:flex-wrap">
          {actions}
        </div>
      ) : null}
    </header>
  )
}
