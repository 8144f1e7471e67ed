'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { useTRPC } from '../trpc/trpc'
import { type LiveEvent, LiveStore } from './live-store'

const LiveContext = createContext<LiveStore | null>(null)

export function useLiveStore(): LiveStore {
  const store = useContext(LiveContext)
  if (!store) throw new Error('useLiveStore is used outside of LiveProvider')
  return store
}

/** The one live subscription of a page. It reads on from the newest fact it saw, so nothing is lost in between. */
export function LiveProvider({ after, children }: { after: number; children: ReactNode }) {
  const trpc = useTRPC()
  const [store] = useState(() => new LiveStore())
  useSubscription(
    trpc.live.events.subscriptionOptions(
      { lastEventId: String(after) },
      {
        onStarted: () => store.heard({ state: 'live' }),
        onData: (message) => store.push(message.data),
        onConnectionStateChange: (connection) => {
          if (connection.state === 'pending') store.heard({ state: 'live' })
          else if (connection.state === 'connecting')
            store.lost(store.read().heardAt === null ? 'connecting' : 'reconnecting')
        },
      },
    ),
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
  return <LiveContext value={store}>{children}</LiveContext>
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
