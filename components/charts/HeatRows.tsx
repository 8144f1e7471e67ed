import { formatShare } from '@/components/ui/format/number'

export interface HeatRow {
  label: string
  /** Share busy of each minute, oldest first; `null` where nothing was measured. */
  cells: readonly (number | null)[]
  /** What stands at the right: the mean, or a word such as "drained". */
  note?: string
}

/** The step of the heat ramp for a share busy: 0–5, –35, –60, –85, –100%. */
export const heatStep = (share: number): 0 | 1 | 2 | 3 | 4 =>
  share <= 0.05 ? 0 : share <= 0.35 ? 1 : share <= 0.6 ? 2 : share <= 0.85 ? 3 : 4

const mean = (cells: readonly (number | null)[]) => {
  const known = cells.filter((cell): cell is number => cell !== null)
  return known.length === 0 ? null : known.reduce((sum, cell) => sum + cell, 0) / known.length
}

/** One row a GPU, one cell a minute. A gap is visible as a light cell. */
export function HeatRows({ rows, label }: { rows: readonly HeatRow[]; label: string }) {
  const busy = mean(rows.flatMap((row) => [mean(row.cells)]))
  return (
    <div
      role="img"
      aria-label={`${label}: ${busy === null ? 'nothing measured yet' : `${formatShare(busy)} busy on average`}`}
    >
      {rows.map((row) => {
        const average = mean(row.cells)
        return (
          <div key={row.label} className="flex h-[11px] items-center gap-1.5 text-10 text-ink-3 tabular-nums">
            <span className="w-3 shrink-0 text-right">{row.label}</span>
            <svg
              viewBox={`0 0 ${Math.max(1, row.cells.length)} 1`}
              preserveAspectRatio="none"
              className="h-[9px] min-w-0 flex-1"
              aria-hidden="true"
            >
              {row.cells.map((cell, index) => (
                <rect
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its minute
                  key={index}
                  x={index}
                  width="1.02"
                  height="1"
                  fill={cell === null ? 'var(--grid)' : `var(--heat-${heatStep(cell)})`}
                />
              ))}
            </svg>
            <span className="w-11 shrink-0 text-right text-11">
              {row.note ?? (average === null ? '–' : `${Math.round(average * 100)}%`)}
            </span>
          </div>
        )
      })}
    </div>
  )
}
