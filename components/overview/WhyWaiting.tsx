'use client'

import { waitingSentence } from '@/engine/explain'
import type { SweepSummary } from '@/server/views/sweep-summary'
import { formatTime } from '../ui/format/time'
import { useHydrated } from '../ui/useHydrated'

/** Why a sweep waits, in the sentence that its hold makes; the other reasons follow it. */
export function WhyWaiting({ hold }: { hold: SweepSummary['hold'] }) {
  const hydrated = useHydrated()
  if (!hold || hold.reasons.length === 0) return <>It is planned in the next cycle.</>
  const write = (seconds: number) => formatTime(new Date(seconds * 1000), hydrated ? {} : { timeZone: 'UTC' })
  const sentence = waitingSentence(
    { reasons: readReasons(hold), expectedStart: hold.expectedStart ?? undefined },
    write,
  )
  const others = hold.reasons.slice(1).map((reason) => reason.message)
  return <>{[sentence, ...others].join(' ')}</>
}

type Reasons = Parameters<typeof waitingSentence>[0]['reasons']

/** Stored codes are those of the engine; only their messages are read here. */
const readReasons = (hold: NonNullable<SweepSummary['hold']>): Reasons => hold.reasons as Reasons
