'use client'

import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { KeysSheet } from '../keys/KeysSheet'
import { useShortcut } from '../keys/keys'
import { Toaster } from '../ui/Toaster'
import { BottomBar } from './BottomBar'
import { PaletteDoor } from './PaletteDoor'
import { IMPROVE, LIBRARY, SETTINGS, WORK } from './places'
import { type Me, Sidebar } from './Sidebar'

/** The frame of every page for a person who is signed in: sidebar, palette, keys, toasts. */
export function Frame({ me, children }: { me: Me; children: ReactNode }) {
  const router = useRouter()
  const [palette, setPalette] = useState(false)
  useShortcut('mod+k', 'Search or run', () => setPalette(true))
  useShortcut('n', 'New sweep', () => router.push('/sweeps/new'))
  return (
    <div className="flex h-dvh min-h-0 bg-bg">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-6 bg-ink px-3 py-1.5 text-12 text-ink-inv no-underline focus:translate-y-0"
      >
        Skip to the page
      </a>
      {[...WORK, ...IMPROVE, ...LIBRARY, SETTINGS].map((place) => (
        <PlaceKey key={place.href} keys={place.keys} label={place.label} go={() => router.push(place.href)} />
      ))}
      <Sidebar me={me} onSearch={() => setPalette(true)} />
      <main id="main" className="flex min-h-0 min-w-0 flex-1 flex-col max-tablet:pb-14">
        {children}
      </main>
      <BottomBar onSearch={() => setPalette(true)} />
      <PaletteDoor open={palette} onOpenChange={setPalette} />
      <KeysSheet />
      <Toaster />
    </div>
  )
}

function PlaceKey({ keys, label, go }: { keys: string; label: string; go: () => void }) {
  useShortcut(keys, label, go)
  return null
}
