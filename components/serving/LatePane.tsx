import type { LateCause } from '@/server/views/late-causes'
import { formatCount, plural } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'

interface LatePaneProps {
  late: number
  causes: readonly LateCause[]
  /** How the span reads: `6 h`. */
  span: string
}

/** Why requests were late, each counted once, with the setting that would help. */
export function LatePane({ late, causes, span }: LatePaneProps) {
  if (late === 0) return null
  const most = Math.max(...causes.map((cause) => cause.count))
  return (
    <section aria-label="Why were requests late?" className="bg-surface pb-4">
      <PaneHead
        title={`Why ${late === 1 ? 'was 1 request' : `were ${formatCount(late)} requests`} late?`}
        sub={`last ${span}, each counted once`}
      />
      <ul className="px-4 text-12">
        {causes.map((cause) => (
          <li
            key={cause.cause}
            className="grid min-h-6 grid-cols-[minmax(0,1.4fr)_40px_minmax(60px,1.4fr)_minmax(0,1fr)] items-center gap-x-3 max-tablet:grid-cols-[1fr_40px]"
          >
            <span className="truncate">{cause.label}</span>
            <span className="text-right font-semibold tabular-nums">{formatCount(cause.count)}</span>
            <span
              className="h-2.5 rounded-[1px] bg-ctx max-tablet:hidden"
              style={{ width: `${(cause.count / most) * 100}%` }}
              aria-hidden="true"
            />
            <span className="truncate text-ink-2 max-tablet:hidden">{cause.remedy}</span>
          </li>
        ))}
      </ul>
      <p className="sr-only">{plural(causes.length, 'cause')}</p>
    </section>
  )
}
