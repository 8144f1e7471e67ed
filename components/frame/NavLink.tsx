'use client'

import clsx from 'clsx'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { isAt, type Place } from './places'

/** A place in the sidebar, with a count where one matters. Only the icon where the sidebar is folded. */
export function NavLink({ place, count }: { place: Place; count?: number | null }) {
  const here = isAt(usePathname(), place.href)
  const Icon = place.icon
  return (
    <Link
      href={place.href}
      aria-current={here ? 'page' : undefined}
      title={place.label}
      className={clsx(
        'flex h-7 items-center gap-2.5 rounded-6 px-2 text-13 no-underline max-desk:justify-center',
        here ? 'bg-selected font-550 text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
      )}
    >
      <Icon size={14} strokeWidth={1.75} className="shrink-0" aria-hidden="true" />
      <span className="max-desk:sr-only">{place.label}</span>
      {count ? (
        <span className="ml-auto text-12 text-ink-3 tabular-nums max-desk:hidden">{count}</span>
      ) : null}
    </Link>
  )
}
