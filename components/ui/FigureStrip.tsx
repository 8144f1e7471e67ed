import clsx from 'clsx'
import type { ReactNode } from 'react'
import { Tooltip } from './Tooltip'

export interface FigureProps {
  label: string
  /** The number itself. */
  value: ReactNode
  /** Beside the number: unit, range, "of 32". */
  beside?: ReactNode
  /** Where it comes from, or what it means. */
  context?: ReactNode
  /** How the number comes about, on hover and focus of its label. */
  hint?: string
  className?: string
}

/** 74 px, 4 to 6 numbers with a line of context each, no cards. Scrolls inside itself where narrow. */
export function FigureStrip({ children, label }: { children: ReactNode; label: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
      tabIndex={0}
      className="flex min-h-[74px] shrink-0 overflow-x-auto border-b border-line bg-surface outline-offset-[-2px]"
    >
      {children}
    </section>
  )
}

export function Figure({ label, value, beside, context, hint, className }: FigureProps) {
  return (
    <div
      className={clsx(
        'min-w-36 flex-[1_0_auto] border-r border-line px-4 py-2.5 whitespace-nowrap last:border-r-0',
        className,
      )}
    >
      <div className="text-11 text-ink-3">
        {hint ? (
          <Tooltip content={hint}>
            <button
              type="button"
              className="rounded-4 underline decoration-line-2 decoration-dotted underline-offset-2"
            >
              {label}
            </button>
          </Tooltip>
        ) : (
          label
        )}
      </div>
      <div className="flex items-baseline gap-1.5">
        <span className="text-17 font-semibold tabular-nums">{value}</span>
        {beside ? <span className="text-12 text-ink-2 tabular-nums">{beside}</span> : null}
      </div>
      {context ? <div className="mt-px text-11 text-ink-3">{context}</div> : null}
    </div>
  )
}
