'use client'

import clsx from 'clsx'
import { Menu as MenuIcon } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useState } from 'react'
import { Sheet } from '../ui/Sheet'
import { IMPROVE, isAt, LIBRARY, SETTINGS, WORK } from './places'

const item = 'flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-11 no-underline'

/** More would be too narrow for a thumb; the rest is in the sheet. */
const UNDER_THUMB = 4

/** Places under the thumb, on phones only. */
export function BottomBar({ onSearch }: { onSearch: () => void }) {
  const path = usePathname()
  const [more, setMore] = useState(false)
  return (
    <nav
      aria-label="Places"
      className="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-bg pb-[env(safe-area-inset-bottom)] tablet:hidden"
    >
      {WORK.slice(0, UNDER_THUMB).map((place) => {
        const here = isAt(path, place.href)
        return (
          <Link
            key={place.href}
            href={place.href}
            aria-current={here ? 'page' : undefined}
            className={clsx(item, here ? 'font-550 text-ink' : 'text-ink-3')}
          >
            <place.icon size={18} strokeWidth={1.75} aria-hidden="true" />
            {place.label}
          </Link>
        )
      })}
      <button type="button" onClick={() => setMore(true)} className={clsx(item, 'text-ink-3')}>
        <MenuIcon size={18} strokeWidth={1.75} aria-hidden="true" />
        More
      </button>
      <Sheet open={more} onOpenChange={setMore} title="More places">
        <ul className="flex flex-col">
          {[...WORK.slice(UNDER_THUMB), ...IMPROVE, ...LIBRARY, SETTINGS].map((place) => (
            <li key={place.href}>
              <Link
                href={place.href}
                onClick={() => setMore(false)}
                className="flex h-11 items-center gap-3 text-15 no-underline"
              >
                <place.icon size={18} aria-hidden="true" />
                {place.label}
              </Link>
            </li>
          ))}
          <li>
            <button
              type="button"
              className="flex h-11 w-full items-center text-15"
              onClick={() => {
                setMore(false)
                onSearch()
              }}
            >
              Search or run…
            </button>
          </li>
        </ul>
      </Sheet>
    </nav>
  )
}
