'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RunRow } from '@/server/views/run-row'
import { useLiveBatch } from '../live/LiveProvider'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { runLabel } from '../ui/format/parameter'
import { say } from '../ui/toasts'

type Wish = 'stop' | 'revive' | 'pin' | 'unpin'

const INVERSE: Record<Wish, Wish> = { stop: 'revive', revive: 'stop', pin: 'unpin', unpin: 'pin' }
const DONE: Record<Wish, string> = {
  stop: 'stopped and parked',
  revive: 'revived',
  pin: 'pinned: early exit will not stop it',
  unpin: 'no longer pinned',
}

/** What the row shows until the journal says so. */
function expected(run: RunRow, wish: Wish): RunRow {
  if (wish === 'stop') return { ...run, state: 'parked', stopReason: 'user' }
  if (wish === 'revive') return { ...run, state: 'waiting', stopReason: null }
  return { ...run, pinned: wish === 'pin' }
}

/** Stop, revive, pin: at once in the row, with an undo; the journal is the truth. */
export function useRunActions(sweepId: string) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set())
  const runsKey = trpc.sweep.runs.queryKey({ id: sweepId })

  const settle = (id: string) =>
    setPending((before) => {
      if (!before.has(id)) return before
      const next = new Set(before)
      next.delete(id)
      return next
    })
  useLiveBatch((batch) => {
    for (const event of batch) {
      if (event.runId === null || !pending.has(event.runId)) continue
      const { refusal } = (event.data ?? {}) as { refusal?: string | null }
      if (refusal) {
        say(refusal, { urgent: true })
        void queries.invalidateQueries({ queryKey: runsKey })
      }
      if (event.kind === 'run' || event.kind === 'decision' || refusal) settle(event.runId)
    }
  })

  const ask = (run: RunRow, wish: Wish, undoable = true) => {
    setPending((before) => new Set(before).add(run.id))
    queries.setQueryData(runsKey, (before) =>
      before
        ? { ...before, runs: before.runs.map((one) => (one.id === run.id ? expected(one, wish) : one)) }
        : before,
    )
    client.run[wish].mutate({ id: run.id }).then(
      () =>
        say(
          `${runLabel(run.number)} ${DONE[wish]}.`,
          undoable ? { action: { label: 'Undo', onClick: () => ask(run, INVERSE[wish], false) } } : {},
        ),
      (error: unknown) => {
        settle(run.id)
        void queries.invalidateQueries({ queryKey: runsKey })
        say(errorSentence(error), { urgent: true })
      },
    )
  }
  return {
    pending,
    stop: (run: RunRow) => ask(run, 'stop'),
    revive: (run: RunRow) => ask(run, 'revive'),
    pin: (run: RunRow) => ask(run, run.pinned ? 'unpin' : 'pin'),
  }
}

export type RunActions = ReturnType<typeof useRunActions>

/** A parked run with a kept state can go on; a failed one may be tried again. */
export const canRevive = (run: RunRow): boolean =>
  run.state === 'parked' || run.state === 'failed' || run.state === 'done'
export const canStop = (run: RunRow): boolean => run.state === 'training' || run.state === 'waiting'
