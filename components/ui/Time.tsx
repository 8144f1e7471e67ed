'use client'

import { formatInstant, formatTime, formatTimeSeconds, formatWhen } from './format/time'
import { useHydrated } from './useHydrated'

interface TimeProps {
  at: Date | string | number
  /** Seconds matter. */
  seconds?: boolean
  /** The day instead of the time where it is not today. */
  day?: boolean
  className?: string
}

/** An instant in the reader's zone. The server draws UTC in the same width, so nothing moves. */
export function Time({ at, seconds = false, day = false, className }: TimeProps) {
  const hydrated = useHydrated()
  const date = new Date(at)
  const clock = hydrated ? {} : { timeZone: 'UTC' }
  const text = seconds
    ? formatTimeSeconds(date, clock)
    : day && hydrated
      ? formatWhen(date, new Date(), clock)
      : formatTime(date, clock)
  return (
    <time
      dateTime={date.toISOString()}
      title={hydrated ? formatInstant(date) : undefined}
      className={className ?? 'tabular-nums'}
    >
      {text}
    </time>
  )
}
