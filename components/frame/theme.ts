'use client'

import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'alto-theme'

function read(): Theme {
  const stored = localStorage.getItem(KEY)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

/** Stores the choice on this device; the script in the head applies it at once. */
export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme)
  window.dispatchEvent(new Event(KEY))
}

function subscribe(listener: () => void) {
  window.addEventListener(KEY, listener)
  window.addEventListener('storage', listener)
  return () => {
    window.removeEventListener(KEY, listener)
    window.removeEventListener('storage', listener)
  }
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, read, () => 'system')
