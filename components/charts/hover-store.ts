'use client'

import { useSyncExternalStore } from 'react'

/** What the pointer is over, outside React's tree: a chart and a table share it, and only what changes is drawn. */
export interface HoverStore {
  get: () => string | null
  set: (id: string | null) => void
  subscribe: (listener: () => void) => () => void
}

export function createHoverStore(): HoverStore {
  let current: string | null = null
  const listeners = new Set<() => void>()
  return {
    get: () => current,
    set: (id) => {
      if (id === current) return
      current = id
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export const useHovered = (store: HoverStore): string | null =>
  useSyncExternalStore(store.subscribe, store.get, () => null)

export const useIsHovered = (store: HoverStore, id: string): boolean =>
  useSyncExternalStore(
    store.subscribe,
    () => store.get() === id,
    () => false,
  )
