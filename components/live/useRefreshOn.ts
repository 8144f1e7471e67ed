'use client'

import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { LiveEvent } from '@/server/routers/live/events'
import { useLiveBatch } from './LiveProvider'

/** Asks again for `keys` when a fact matters to them, at most once in `everyMs`. */
export function useRefreshOn(
  matters: (event: LiveEvent) => boolean,
  keys: readonly QueryKey[],
  everyMs = 1000,
): void {
  const client = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const last = useRef(0)
  useLiveBatch((batch) => {
    if (timer.current !== undefined || !batch.some(matters)) return
    const wait = Math.max(0, everyMs - (Date.now() - last.current))
    timer.current = setTimeout(() => {
      timer.current = undefined
      last.current = Date.now()
      for (const queryKey of keys) void client.invalidateQueries({ queryKey })
    }, wait)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
}
