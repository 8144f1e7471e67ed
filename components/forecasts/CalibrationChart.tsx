'use client'

import { formatShare } from '../ui/format/number'

export interface Calibration {
  count: number
  inside: number
  insideInterval: readonly [number, number]
  early: number
  score: number
}

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [300, 190, 40, 160]
const x = (share: number) => LEFT + share * (WIDTH - LEFT - 16)
const y = (share: number) => BOTTOM - share * (BOTTOM - 12)

/** Observed share against stated share: on the dotted line, what was said is what happened. */
export function CalibrationChart({ calibration }: { calibration: Calibration }) {
  const { inside, insideInterval, early, count } = calibration
  const points = [
    { stated: 0.5, observed: early, word: 'by P50' },
    { stated: 0.8, observed: inside, word: 'P10–P90' },
  ]
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Of ${count} forecasts ${formatShare(inside)} of ends lay inside P10 to P90, where 80% is right, and ${formatShare(early)} came by P50, where 50% is right.`}
      className="block w-full max-w-[420px] text-11 tabular-nums"
      fill="var(--ink-3)"
    >
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line x1={LEFT} x2={WIDTH - 16} y1={y(share)} y2={y(share)} stroke="var(--grid)" />
          <text x={LEFT - 6} y={y(share) + 4} textAnchor="end">
            {share * 100}%
          </text>
          <text x={x(share)} y={BOTTOM + 15} textAnchor="middle">
            {share * 100}%
          </text>
        </g>
      ))}
      <text x={WIDTH - 16} y={HEIGHT - 2} textAnchor="end">
        stated share
      </text>
      <path d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} stroke="var(--ctx)" strokeDasharray="2 3" />
      <line
        x1={x(0.8)}
        x2={x(0.8)}
        y1={y(insideInterval[0])}
        y2={y(insideInterval[1])}
        stroke="var(--ink)"
        strokeWidth="1.25"
      />
      {points.map((point) => (
        <g key={point.word}>
          <circle
            cx={x(point.stated)}
            cy={y(point.observed)}
            r="4"
            fill="var(--ink)"
            stroke="var(--surface)"
            strokeWidth="1.5"
          />
          <text
            x={x(point.stated) - 9}
            y={y(point.observed) + (point.observed > point.stated ? -2 : 10)}
            textAnchor="end"
            fill="var(--ink)"
            className="chart-halo"
          >
            {point.word} {formatShare(point.observed)}
          </text>
        </g>
      ))}
    </svg>
  )
}
