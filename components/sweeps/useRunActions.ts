'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { RunRow } from '@/server/views/run-row'
import { useLiveBatch } from '../live/LiveProvider'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { say } from '../ui/toasts'
import { canRevive, canStop, expectedRun, type RunWish, runsDone, UNDO } from './run-wishes'

/** Stop, revive, pin one run or several: at once in the rows, with one undo; the journal is the truth. */
export function useRunActions(sweepId: string) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set())
  const runsKey = trpc.sweep.runs.queryKey({ id: sweepId })

  const settle = (ids: readonly string[]) =>
    setPending((before) => {
      if (!ids.some((id) => before.has(id))) return before
      const next = new Set(before)
      for (const id of ids) next.delete(id)
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
      if (event.kind === 'run' || event.kind === 'decision' || refusal) settle([event.runId])
    }
  })

  const ask = (runs: readonly RunRow[], wish: RunWish, undoable = true) => {
    if (runs.length === 0) return
    const ids = runs.map((run) => run.id)
    setPending((before) => new Set([...before, ...ids]))
    queries.setQueryData(runsKey, (before) =>
      before
        ? { ...before, runs: before.runs.map((one) => (ids.includes(one.id) ? expectedRun(one, wish) : one)) }
        : before,
    )
    Promise.all(ids.map((id) => client.run[wish].mutate({ id }))).then(
      () =>
        say(
          runsDone(runs, wish),
          undoable ? { action: { label: 'Undo', onClick: () => ask(runs, UNDO[wish], false) } } : {},
        ),
      (error: unknown) => {
        settle(ids)
        void queries.invalidateQueries({ queryKey: runsKey })
        say(errorSentence(error), { urgent: true })
      },
    )
  }
  // The same object from one drawing to the next, so that rows and cards are not drawn again for it.
  const latest = useRef(ask)
  useEffect(() => {
    latest.current = ask
  })
  return useMemo(() => {
    const all = (runs: readonly RunRow[], wish: RunWish) => latest.current(runs, wish)
    const several = {
      stopAll: (runs: readonly RunRow[]) => all(runs.filter(canStop), 'stop'),
      reviveAll: (runs: readonly RunRow[]) => all(runs.filter(canRevive), 'revive'),
      /** Pins them; where all are pinned already, unpins them. */
      pinAll: (runs: readonly RunRow[]) => {
        const unpin = runs.every((run) => run.pinned)
        all(unpin ? runs : runs.filter((run) => !run.pinned), unpin ? 'unpin' : 'pin')
      },
    }
    return {
      pending,
      ...several,
      stop: (run: RunRow) => all([run], 'stop'),
      revive: (run: RunRow) => all([run], 'revive'),
      pin: (run: RunRow) => several.pinAll([run]),
    }
  }, [pending])
}

export type RunActions = ReturnType<typeof useRunActions>
