'use client'

import { useEffect, useRef } from 'react'

export interface Shortcut {
  /** `n`, `?`, `Escape`, `mod+k`, or a sequence such as `g o`. */
  keys: string
  label: string
  run: () => void
}

interface Entry {
  current: Shortcut
}

const entries: Entry[] = []
const SEQUENCE_MS = 900
const SINGLE_KEYS = 'alto-single-keys'
let pending: { key: string; at: number } | null = null

/** Single keys can be switched off; combinations with ⌘ or Ctrl always work. */
export const singleKeysOn = (): boolean => localStorage.getItem(SINGLE_KEYS) !== 'off'
export const setSingleKeys = (on: boolean): void => localStorage.setItem(SINGLE_KEYS, on ? 'on' : 'off')

/** What can be pressed now, the newest first: for the sheet of keys. */
export const activeShortcuts = (): Shortcut[] => entries.map((entry) => entry.current).reverse()

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

/** `mod` is ⌘ on a Mac and Ctrl elsewhere. */
export function chordOf(event: Pick<KeyboardEvent, 'key' | 'metaKey' | 'ctrlKey'>): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return event.metaKey || event.ctrlKey ? `mod+${key}` : key
}

function onKeyDown(event: KeyboardEvent) {
  if (event.altKey || event.defaultPrevented) return
  const chord = chordOf(event)
  const modified = chord.startsWith('mod+')
  if (isTyping(event.target) && !modified && chord !== 'Escape') return
  if (!modified && chord !== 'Escape' && !singleKeysOn()) return
  const before = pending && Date.now() - pending.at < SEQUENCE_MS ? `${pending.key} ${chord}` : null
  pending = null
  const match =
    findLast((entry) => entry.current.keys === before) ?? findLast((entry) => entry.current.keys === chord)
  if (match) {
    event.preventDefault()
    match.current.run()
  } else if (entries.some((entry) => entry.current.keys.startsWith(`${chord} `)))
    pending = { key: chord, at: Date.now() }
}

function findLast(test: (entry: Entry) => boolean) {
  for (let i = entries.length - 1; i >= 0; i -= 1) if (test(entries[i]!)) return entries[i]
  return undefined
}

/** A key while this component is on the page. A later component wins over an earlier one. */
export function useShortcut(keys: string, label: string, run: () => void, active = true): void {
  const entry = useRef<Entry>({ current: { keys, label, run } })
  useEffect(() => {
    entry.current.current = { keys, label, run }
  }, [keys, label, run])
  useEffect(() => {
    if (!active) return
    const own = entry.current
    if (entries.length === 0) window.addEventListener('keydown', onKeyDown)
    entries.push(own)
    return () => {
      entries.splice(entries.indexOf(own), 1)
      if (entries.length === 0) window.removeEventListener('keydown', onKeyDown)
    }
  }, [active])
}

/** ⌘K on a Mac, Ctrl K elsewhere. */
export function keyLabel(keys: string): string {
  const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)
  return keys
    .replace('mod+', mac ? '⌘' : 'Ctrl ')
    .replace('Enter', '↵')
    .replace('Escape', 'Esc')
    .replace(/\b([a-z])\b/g, (letter) => letter.toUpperCase())
}
