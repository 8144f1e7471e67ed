'use client'

import { formatCount } from '@/components/ui/format/number'
import { prepareHistogram } from './prepareHistogram'
import { useSize } from './useSize'

interface TokenHistogramProps {
  /** Bucket edges and counts, as the preview measured them. */
  buckets: readonly { from: number; to: number; count: number }[]
  maximum: number
}

/** How long the rows are, with the cut at the maximum length. */
export function TokenHistogram({ buckets, maximum }: TokenHistogramProps) {
  const [box, size] = useSize<HTMLDivElement>()
  const picture = size ? prepareHistogram(buckets, maximum, size.width, 84) : null
  return (
    <div
      ref={box}
      className="h-[84px] w-full"
      role="img"
      aria-label={`Row lengths in tokens, ${formatCount(buckets.reduce((sum, one) => sum + one.count, 0))} rows, cut at ${formatCount(maximum)}`}
    >
      {picture && size ? (
        <svg width={size.width} height={84} aria-hidden="true" className="block text-11 tabular-nums">
          {picture.bars.map((bar) => (
            <rect
              key={bar.x}
              x={bar.x}
              y={bar.y}
              width={bar.width}
              height={bar.height}
              fill={bar.cut ? 'var(--amber)' : 'var(--ctx)'}
            />
          ))}
          <line x1="0" x2={size.width} y1="62" y2="62" stroke="var(--line-2)" />
          {picture.cutAt === null ? null : (
            <>
              <line
                x1={picture.cutAt}
                x2={picture.cutAt}
                y1="2"
                y2="62"
                stroke="var(--ink)"
                strokeWidth="1.5"
              />
              <text
                x={picture.cutAt + (picture.cutAt > size.width / 2 ? -6 : 6)}
                y="12"
                textAnchor={picture.cutAt > size.width / 2 ? 'end' : 'start'}
                fill="var(--ink)"
                className="chart-halo"
              >
                maximum {formatCount(maximum)}
              </text>
            </>
          )}
          {picture.ticks.map((tick) => (
            <text
              key={tick.value}
              x={tick.at}
              y="77"
              textAnchor={tick.at < 8 ? 'start' : 'middle'}
              fill="var(--ink-3)"
            >
              {tick.label}
            </text>
          ))}
          <text x={size.width} y="77" textAnchor="end" fill="var(--ink-3)">
            tokens
          </text>
        </svg>
      ) : null}
    </div>
  )
}
