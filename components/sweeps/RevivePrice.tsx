'use client'

import { useQuery } from '@tanstack/react-query'
import type { RunRow } from '@/server/views/run-row'
import { useTRPC } from '../trpc/trpc'
import { formatDuration } from '../ui/format/duration'
import { formatCount } from '../ui/format/number'
import { formatTime } from '../ui/format/time'

/** Below the button: what reviving costs in minutes, and from whose pace that is known. */
export function RevivePrice({ run, rule }: { run: RunRow; rule: string | null }) {
  const trpc = useTRPC()
  const { data: price, isPending } = useQuery(
    trpc.run.revivePrice.queryOptions({ id: run.id }, { staleTime: 20_000 }),
  )
  const again = rule ? ` ${rule} will not stop it again.` : ''
  const rest = Math.max(0, (run.fullSamples ?? 0) - run.samples)
  if (isPending) return <p className="mt-2 min-h-7 text-11 text-ink-3">Asking what it would cost…</p>
  if (!price)
    return (
      <p className="mt-2 min-h-7 text-11 text-ink-3">
        Reviving trains up to {formatCount(rest)} more samples. No pace was measured yet.{again}
      </p>
    )
  const whose = price.measuredOn === 'run' ? 'its own measured pace' : 'the pace of its sweep'
  return (
    <p
      className="mt-2 min-h-7 text-11 text-ink-3"
      title={`${formatCount(rest)} samples at ${whose}. Early exit may end it sooner.`}
    >
      {price.end === null
        ? `Reviving trains up to ${formatDuration(price.seconds)} more, at ${whose}.`
        : price.addsSeconds < 30
          ? `Reviving trains up to ${formatDuration(price.seconds)} more and leaves the end at ${formatTime(price.end)} (P50).`
          : `Reviving adds ${formatDuration(price.addsSeconds)} (P50) and moves the end to ${formatTime(price.end)}.`}
      {again}
    </p>
  )
}
