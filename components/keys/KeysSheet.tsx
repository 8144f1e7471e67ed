'use client'

import { useState } from 'react'
import { Dialog } from '../ui/Dialog'
import { Kbd } from '../ui/Kbd'
import { activeShortcuts, keyLabel, type Shortcut, useShortcut } from './keys'

/** `?` lists the keys that work on this page. */
export function KeysSheet() {
  const [shown, setShown] = useState<Shortcut[] | null>(null)
  useShortcut('?', 'This list', () => setShown(activeShortcuts()))
  const unique = [...new Map((shown ?? []).map((one) => [one.keys, one])).values()].filter(
    (one) => one.keys !== 'Escape',
  )
  return (
    <Dialog
      open={shown !== null}
      onOpenChange={(open) => setShown(open ? activeShortcuts() : null)}
      title="Keys"
    >
      <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-2 text-12 max-tablet:grid-cols-1">
        {unique.map((one) => (
          <div key={one.keys} className="flex items-center justify-between gap-3">
            <dt>{one.label}</dt>
            <dd className="flex gap-1">
              {one.keys.split(' ').map((key) => (
                <Kbd key={key}>{keyLabel(key)}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-4 text-11 text-ink-3">Single keys can be switched off in Settings.</p>
    </Dialog>
  )
}
