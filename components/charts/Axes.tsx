import type { Tick } from './scale/ticks'

interface AxesProps {
  plot: { left: number; top: number; right: number; bottom: number }
  xTicks: readonly (Tick & { at: number })[]
  yTicks: readonly (Tick & { at: number })[]
  xTitle?: string
  yTitle?: string
  /** Vertical lines only where time matters. */
  vertical?: boolean
}

/** Horizontal grid lines, labels of both axes and their words. */
export function Axes({ plot, xTicks, yTicks, xTitle, yTitle, vertical }: AxesProps) {
  return (
    <g className="text-11 tabular-nums" fill="var(--ink-3)">
      {yTicks.map((tick) => (
        <g key={tick.value}>
          <line x1={plot.left} x2={plot.right} y1={tick.at} y2={tick.at} stroke="var(--grid)" />
          <text x={plot.left - 8} y={tick.at + 4} textAnchor="end">
            {tick.label}
          </text>
        </g>
      ))}
      <line x1={plot.left} x2={plot.right} y1={plot.bottom} y2={plot.bottom} stroke="var(--line-2)" />
      {xTicks.map((tick) => (
        <g key={tick.value}>
          {vertical ? (
            <line x1={tick.at} x2={tick.at} y1={plot.top} y2={plot.bottom} stroke="var(--grid)" />
          ) : (
            <line x1={tick.at} x2={tick.at} y1={plot.bottom} y2={plot.bottom + 4} stroke="var(--line-2)" />
          )}
          <text x={tick.at} y={plot.bottom + 16} textAnchor="middle">
            {tick.label}
          </text>
        </g>
      ))}
      {xTitle ? (
        <text x={plot.right} y={plot.bottom + 30} textAnchor="end">
          {xTitle}
        </text>
      ) : null}
      {yTitle ? (
        <text x={plot.left - 8} y={plot.top - 12} textAnchor="end">
          {yTitle}
        </text>
      ) : null}
    </g>
  )
}
