import { stopGlyphColour } from '@/components/ui/StopReason'
import { STOP_REASON_LOOKS } from '@/components/ui/stop-reasons'
import type { StopReason } from '@/engine/model/reasons'

interface MarkProps {
  reason: StopReason
  x: number
  y: number
  /** Opened or selected: a ring around. */
  ringed?: boolean
  /** Just arrived: one ring that grows and goes. */
  fresh?: boolean
}

/** The glyph of a stop reason in a chart, with a halo, 10 px. */
export function Mark({ reason, x, y, ringed, fresh }: MarkProps) {
  return (
    <g transform={`translate(${x} ${y})`}>
      {fresh ? <circle r="3" fill="none" stroke="var(--ink-3)" className="new-mark" opacity="0" /> : null}
      {ringed ? (
        <circle r="9" fill="var(--surface)" fillOpacity="0.7" stroke="var(--ink)" strokeWidth="1.5" />
      ) : null}
      <path
        data-glyph
        d={STOP_REASON_LOOKS[reason].path}
        fillRule="evenodd"
        stroke="var(--surface)"
        strokeWidth="2"
        paintOrder="stroke"
        strokeLinejoin="round"
        style={{ fill: stopGlyphColour(reason) }}
      />
    </g>
  )
}
