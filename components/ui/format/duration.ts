/** A duration for people: 0.4 s, 12 s, 3 min, 1 h 19 min, 2 d 4 h. Unit of the argument: seconds. */
export function formatDuration(seconds: number): string {
  const size = Math.max(0, seconds)
  if (size < 9.95) return `${size.toFixed(1).replace(/\.0$/, '')} s`
  if (size < 59.5) return `${Math.round(size)} s`
  const minutes = Math.round(size / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

/** A duration as h:mm, for ranges beside a long form: 1:06. Seconds in. */
export function formatClock(seconds: number): string {
  const minutes = Math.round(Math.max(0, seconds) / 60)
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
}

/** GPU-hours from GPU-seconds: 0.40, 5.3, 214.6. */
export function formatGpuHours(gpuSeconds: number): string {
  const hours = gpuSeconds / 3600
  return hours >= 10 ? hours.toFixed(1) : hours >= 1 ? hours.toFixed(1) : hours.toFixed(2)
}
