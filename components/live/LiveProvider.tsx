'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { LiveEvent } from '@/server/routers/live/events'
import { useTRPC } from '../trpc/trpc'
import { LiveStore } from './live-store'

interface Live {
  store: LiveStore
  /** Narrows the subscription to one sweep, whose metric points then come too; `null` is everything but points. */
  setScope: (sweepId: string | null) => void
}

const LiveContext = createContext<Live | null>(null)

function useLive(): Live {
  const live = useContext(LiveContext)
  if (!live) throw new Error('A live hook is used outside of LiveProvider')
  return live
}

export const useLiveStore = (): LiveStore => useLive().store

/** Facts of this sweep with its metric points, while the component is on the page. */
export function useLiveScope(sweepId: string): void {
  const { setScope } = useLive()
  useEffect(() => {
    setScope(sweepId)
    return () => setScope(null)
  }, [setScope, sweepId])
}

/** The one live subscription of a page. It reads on from the newest fact it saw, so nothing is lost in between. */
export function LiveProvider({ after, children }: { after: number; children: ReactNode }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [store] = useState(() => new LiveStore(after))
  const [scope, setScope] = useState<string | null>(null)
  const input = useMemo(() => ({ after: store.newest, sweepId: scope ?? undefined }), [store, scope])
  useSubscription(
    trpc.live.events.subscriptionOptions(input, {
      onStarted: () => store.heard({ state: 'live' }),
      onData: ({ data }) => {
        for (const event of data.events) store.push(event)
        if (data.reset) void queries.invalidateQueries()
      },
      onConnectionStateChange: (connection) => {
        if (connection.state === 'pending') store.heard({ state: 'live' })
        else if (connection.state === 'connecting')
          store.lost(store.read().heardAt === null ? 'connecting' : 'reconnecting')
      },
    }),
  )
  useEffect(() => {
    const onVisible = () => store.shown()
    const onOffline = () => store.lost('offline')
    const onOnline = () => store.lost('reconnecting')
    document.addEventListener('visibilitychange', onVisible)
    window.addEventListener('offline', onOffline)
    window.addEventListener('online', onOnline)
    return () => {
      document.removeEventListener('visibilitychange', onVisible)
      window.removeEventListener('offline', onOffline)
      window.removeEventListener('online', onOnline)
    }
  }, [store])
  const live = useMemo(() => ({ store, setScope }), [store])
  return <LiveContext value={live}>{children}</LiveContext>
}

/** Calls back with each batch of facts, at most 4 times a second. */
export function useLiveBatch(onBatch: (batch: readonly LiveEvent[]) => void): void {
  const store = useLiveStore()
  const latest = useRef(onBatch)
  useEffect(() => {
    latest.current = onBatch
  }, [onBatch])
  useEffect(() => store.onBatch((batch) => latest.current(batch)), [store])
}
