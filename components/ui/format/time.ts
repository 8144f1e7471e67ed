interface Clock {
  /** IANA zone; the reader's own when left out. */
  timeZone?: string
}

const made = new Map<string, Intl.DateTimeFormat>()

/** Making a format costs a hundred times what using it does, and a list shows hundreds of times. */
function format(locale: string, at: Date, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = made.get(key) ?? new Intl.DateTimeFormat(locale, options)
  made.set(key, known)
  return known.format(at)
}

const parts = (at: Date, options: Intl.DateTimeFormatOptions) => format('en-GB', at, options)

/** 14:43, in 24 hours. */
export const formatTime = (at: Date, clock: Clock = {}): string =>
  parts(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...clock })

/** 14:43:32, where seconds matter. */
export const formatTimeSeconds = (at: Date, clock: Clock = {}): string =>
  parts(at, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', ...clock })

/** Nov 28. */
export const formatDay = (at: Date, clock: Clock = {}): string =>
  format('en-US', at, { month: 'short', day: 'numeric', ...clock })

/** 21/11/2026, 14:43:32 UTC, for who wants to know exactly. */
export const formatInstant = (at: Date): string => parts(at, { dateStyle: 'short', timeStyle: 'long' })

/** The time within a day of `now`, else the day, so that a list stays narrow: 14:43 or Nov 18. */
export function formatWhen(at: Date, now: Date, clock: Clock = {}): string {
  const near = Math.abs(now.getTime() - at.getTime()) < 20 * 3600 * 1000
  return near ? formatTime(at, clock) : formatDay(at, clock)
}

/** 15:13–15:38. */
export const formatTimeRange = (from: Date, to: Date, clock: Clock = {}): string =>
  `${formatTime(from, clock)}–${formatTime(to, clock)}`

/** "40 s ago", "3 min ago". Unit of `seconds`: seconds. */
export function formatAgo(seconds: number): string {
  if (seconds < 1.5) return 'now'
  if (seconds < 59.5) return `${Math.round(seconds)} s ago`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} d ago`
}
