/** P10–P90 as a bar and P50 as a tick on an axis that a whole list shares. Unix milliseconds. */
export function EndBar({
  p10,
  p50,
  p90,
  from,
  to,
}: {
  p10: number
  p50: number
  p90: number
  from: number
  to: number
}) {
  const at = (value: number) =>
    `${Math.min(100, Math.max(0, ((value - from) / Math.max(1, to - from)) * 100))}%`
  return (
    <div className="relative h-4 w-full" aria-hidden="true">
      <div className="absolute inset-y-0 left-0 border-l border-dashed border-ctx" />
      <div className="absolute top-1/2 h-px bg-ctx-2" style={{ left: 0, width: at(p10) }} />
      <div
        className="absolute top-1/2 h-1.5 -translate-y-1/2 rounded-1 bg-ctx"
        style={{ left: at(p10), width: `calc(${at(p90)} - ${at(p10)})` }}
      />
      <div className="absolute inset-y-0.5 w-0.5 bg-ink" style={{ left: at(p50) }} />
    </div>
  )
}
