import clsx from 'clsx'
import type { StopReason as Reason } from '@/engine/model/reasons'
import { STOP_REASON_LOOKS, type StopTone } from './stop-reasons'

const TEXT: Record<StopTone, string> = {
  bad: 'text-bad',
  warn: 'text-warn',
  idle: 'text-idle',
  ink: 'text-ink',
}

/** Colour of a reason's glyph as a CSS value; amber where the word would be the darker warn. */
export const stopGlyphColour = (reason: Reason): string =>
  reason === 'overfitting' ? 'var(--amber)' : `var(--${STOP_REASON_LOOKS[reason].tone})`

export function StopGlyph({ reason, size = 11 }: { reason: Reason; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="-5.5 -5.5 11 11" aria-hidden="true" className="shrink-0">
      <path
        data-glyph
        d={STOP_REASON_LOOKS[reason].path}
        fillRule="evenodd"
        style={{ fill: stopGlyphColour(reason) }}
      />
    </svg>
  )
}

interface StopReasonProps {
  value: Reason
  /** Adds ", can win" where the best checkpoint still counts. */
  withHope?: boolean
  className?: string
}

/** Glyph, colour and word of a stop reason. */
export function StopReason({ value, withHope = false, className }: StopReasonProps) {
  const look = STOP_REASON_LOOKS[value]
  return (
    <span
      className={clsx('inline-flex items-center gap-1.5 whitespace-nowrap', className)}
      title={look.meaning}
    >
      <StopGlyph reason={value} />
      <span>
        <span className={clsx('font-550', TEXT[look.tone])}>{look.label}</span>
        {withHope && look.canWin && value !== 'user' && value !== 'preempted' ? (
          <span className="text-ink-3">, can win</span>
        ) : null}
      </span>
    </span>
  )
}
