const swatch = 'inline-block h-2.5 w-5'

/** What the marks of the timeline mean; job colours are named in the blocks themselves. */
export function TimelineLegend() {
  return (
    <div
      className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 pb-1 text-11 text-ink-2"
      aria-hidden="true"
    >
      <span className="flex items-center gap-1.5">
        <svg aria-hidden="true" width="20" height="11" className="block">
          <rect width="20" height="11" fill="color-mix(in oklab, var(--series-2) 26%, var(--surface))" />
          <rect width="2.5" height="11" fill="var(--series-2)" />
          <path d="M9 2h6l-3 5z" fill="var(--series-2)" />
        </svg>
        tuning, notch = early exit
      </span>
      <span className="flex items-center gap-1.5">
        <span className={`${swatch} border border-dashed border-ink-3 hatch`} />
        planned
      </span>
      <span className="flex items-center gap-1.5">
        <svg aria-hidden="true" width="20" height="7" className="block" stroke="var(--ink-3)" fill="none">
          <path d="M.5 0v7M.5 3.5h19M19.5 0v7" />
        </svg>
        end, P10–P90
      </span>
      <span className="ml-auto flex items-center gap-1 text-ink-3">
        strip: busy 0
        {[0, 1, 2, 3, 4].map((one) => (
          <span key={one} className="h-1 w-3" style={{ background: `var(--heat-${one})` }} />
        ))}
        100%
      </span>
    </div>
  )
}
