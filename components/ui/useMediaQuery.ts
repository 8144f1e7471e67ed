'use client'

import { useCallback, useSyncExternalStore } from 'react'

/** Whether a media query holds; false on the server, where the desk layout is drawn. */
export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(
    subscribe,
    () => window.matchMedia(query).matches,
    () => false,
  )
}

/** Below 640 px. */
export const usePhone = (): boolean => useMediaQuery('(max-width: 639.98px)')
/** Below 1024 px: the right pane becomes a sheet. */
export const useNarrow = (): boolean => useMediaQuery('(max-width: 1023.98px)')
