import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { LiveEvent } from '@/server/routers/live/events'
import { BATCH_MS, LiveStore } from './live-store'

const event = (id: number): LiveEvent => ({
  id,
  at: new Date(),
  kind: 'evaluation',
  jobId: 'j',
  runId: 'r',
  nodeId: null,
  data: {},
})

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('hands events on in one batch, in order, and a repeat only once', () => {
  const store = new LiveStore(0, () => false)
  const batches: number[][] = []
  store.onBatch((batch) => batches.push(batch.map((one) => one.id)))
  for (const id of [1, 2, 2, 1, 3]) store.push(event(id))
  expect(batches).toEqual([])
  vi.advanceTimersByTime(BATCH_MS)
  store.push(event(4))
  vi.advanceTimersByTime(BATCH_MS)
  expect(batches).toEqual([[1, 2, 3], [4]])
})

it('holds everything while nobody looks, and gives it in one batch afterwards', () => {
  let hidden = true
  const store = new LiveStore(0, () => hidden)
  const batches: number[] = []
  store.onBatch((batch) => batches.push(batch.length))
  for (let id = 1; id <= 50; id += 1) store.push(event(id))
  vi.advanceTimersByTime(10_000)
  expect(batches).toEqual([])
  hidden = false
  store.shown()
  vi.advanceTimersByTime(BATCH_MS)
  expect(batches).toEqual([50])
})

it('knows how far behind it is and when it was lost', () => {
  const store = new LiveStore(0, () => false)
  store.push({ ...event(1), at: new Date(Date.now() - 400) })
  expect(store.read()).toMatchObject({ state: 'live', behind: 0.4 })
  store.lost('reconnecting')
  expect(store.read().state).toBe('reconnecting')
})
