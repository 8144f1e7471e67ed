'use client'

import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react'
import { LEAST_SHARE, MOST_SHARE, splitCookie } from './splitCookie'

interface SplitPaneProps {
  /** Above and below. */
  first: ReactNode
  second: ReactNode
  /** Share of the first in percent. */
  share: number
  label: string
  /** Under this name the share is kept in a cookie, so that the server draws it next time. */
  name: string
}

const within = (share: number) => Math.max(LEAST_SHARE, Math.min(MOST_SHARE, Math.round(share)))
/** Percent that an arrow key moves. */
const STEP = 5

/** Two panes with a divider that can be dragged or moved by arrow keys. Sizes are CSS: nothing is measured at the start. */
export function SplitPane({ first, second, share: shareAtFirst, label, name }: SplitPaneProps) {
  const [share, setShare] = useState(shareAtFirst)
  const box = useRef<HTMLDivElement>(null)
  const frame = useRef<DOMRect | null>(null)
  const move = (next: number, keep: boolean) => {
    const to = within(next)
    setShare(to)
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
    if (keep) document.cookie = `${splitCookie(name)}=${to}; path=/; max-age=31536000; samesite=lax`
  }
  const at = (event: PointerEvent) =>
    frame.current ? ((event.clientY - frame.current.top) / frame.current.height) * 100 : share
  const onKeyDown = (event: KeyboardEvent) => {
    const to =
      event.key === 'ArrowUp'
        ? share - STEP
        : event.key === 'ArrowDown'
          ? share + STEP
          : event.key === 'Home'
            ? LEAST_SHARE
            : event.key === 'End'
              ? MOST_SHARE
              : null
    if (to === null) return
    event.preventDefault()
    move(to, true)
  }
  return (
    <div ref={box} className="flex h-full flex-col">
      <div className="min-h-0" style={{ flex: `${share} 1 0` }}>
        {first}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved; this is the separator of the ARIA practices */}
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="horizontal"
        aria-label={label}
        aria-valuenow={share}
        aria-valuemin={LEAST_SHARE}
        aria-valuemax={MOST_SHARE}
        className="relative z-[2] h-px shrink-0 touch-none bg-line outline-offset-[-1px] after:absolute after:inset-x-0 after:-top-1 after:h-2 after:cursor-row-resize active:bg-focus"
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          frame.current = box.current?.getBoundingClientRect() ?? null
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={(event) => {
          if (frame.current) move(at(event), false)
        }}
        onPointerUp={(event) => {
          if (frame.current) move(at(event), true)
          frame.current = null
        }}
        onPointerCancel={() => {
          frame.current = null
        }}
      />
      <div className="min-h-0" style={{ flex: `${100 - share} 1 0` }}>
        {second}
      </div>
    </div>
  )
}
