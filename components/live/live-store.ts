'use client'

import { useSyncExternalStore } from 'react'
import type { LiveEvent } from '@/server/routers/live/events'

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'offline'

export interface Liveness {
  state: LiveState
  /** How long the newest fact took to get here, seconds. */
  behind: number | null
  /** When the server was last heard of, Unix milliseconds. */
  heardAt: number | null
}

type Listener = (batch: readonly LiveEvent[]) => void

/** Facts are drawn at most 4 times a second, and not while nobody looks. */
export const BATCH_MS = 250

/** Collects what arrives and hands it on in batches, in order; a repeat of an id is dropped. */
export class LiveStore {
  private readonly listeners = new Set<Listener>()
  private readonly watchers = new Set<() => void>()
  private waiting: LiveEvent[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  /** Id of the newest fact that arrived. */
  newest: number
  private liveness: Liveness = { state: 'connecting', behind: null, heardAt: null }

  constructor(
    after = 0,
    private readonly hidden: () => boolean = () => document.visibilityState === 'hidden',
  ) {
    this.newest = after
  }

  push(event: LiveEvent): void {
    if (event.id <= this.newest) return
    this.newest = event.id
    this.waiting.push(event)
    if (!this.hidden()) this.schedule()
    const behind = (Date.now() - event.at.getTime()) / 1000
    this.heard({ state: 'live', behind: Math.max(0, behind) })
  }

  /** The server said something, if only that it is there. */
  heard(change: Partial<Pick<Liveness, 'state' | 'behind'>> = {}): void {
    this.set({ ...this.liveness, ...change, heardAt: Date.now() })
  }

  lost(state: LiveState): void {
    this.set({ ...this.liveness, state })
  }

  /** The page is looked at again: everything that was held comes in one batch. */
  shown(): void {
    if (this.waiting.length > 0) this.schedule()
  }

  onBatch(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  read = (): Liveness => this.liveness

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      const batch = this.waiting
      this.waiting = []
      for (const listener of this.listeners) listener(batch)
    }, BATCH_MS)
  }

  private set(next: Liveness): void {
    const before = this.liveness
    const quiet =
      before.state === next.state &&
      before.heardAt !== null &&
      next.heardAt !== null &&
      next.heardAt - before.heardAt < BATCH_MS
    if (quiet) return
    this.liveness = next
    for (const watcher of this.watchers) watcher()
  }
}

const NOTHING: Liveness = { state: 'connecting', behind: null, heardAt: null }

export const useLiveness = (store: LiveStore): Liveness =>
  useSyncExternalStore(store.watch, store.read, () => NOTHING)
