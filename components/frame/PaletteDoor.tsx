'use client'

import { lazy, Suspense, useCallback, useEffect, useRef } from 'react'
import { useWanted } from '../ui/useWanted'

const load = () => import('./Palette').then((module) => ({ default: module.Palette }))
const Palette = lazy(load)

/** The palette, whose code comes when the page rests. What is typed until then is not lost. */
export function PaletteDoor({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const { mounted, setOpen } = useWanted()
  if (open && !mounted) setOpen(true)
  const typed = useRef('')
  useEffect(() => {
    const timer = setTimeout(() => void load(), 3000)
    return () => clearTimeout(timer)
  }, [])
  const takeTyped = useCallback(() => {
    const text = typed.current
    typed.current = ''
    return text
  }, [])
  return mounted ? (
    <Suspense
      fallback={
        <Listening
          onKey={(key) => {
            typed.current += key
          }}
          onEscape={() => onOpenChange(false)}
        />
      }
    >
      <Palette open={open} onOpenChange={onOpenChange} takeTyped={takeTyped} />
    </Suspense>
  ) : null
}

/** Keeps keys for the palette until it is there, and from the shortcuts of the page. */
function Listening({ onKey, onEscape }: { onKey: (key: string) => void; onEscape: () => void }) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey) return
      if (event.key === 'Escape') onEscape()
      else if (event.key.length === 1) onKey(event.key)
      else return
      event.preventDefault()
      event.stopPropagation()
    }
    window.addEventListener('keydown', onKeyDown, { capture: true })
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [onKey, onEscape])
  return null
}
