import { formatShare } from '../ui/format/number'
import type { PooledAudit } from './audit-words'

/** Round ends for the axis: the interval fills most of it. */
const AXES = [0.05, 0.1, 0.2, 0.5, 1]

/** The share of wrong stops as a point on its 95% interval. The axis says where it ends. */
export function AuditInterval({ pooled }: { pooled: PooledAudit }) {
  if (pooled.audited === 0) return <div className="h-9 border-b border-line-2" />
  const end = AXES.find((one) => pooled.high <= one) ?? 1
  const at = (share: number) => `${Math.min(100, (share / end) * 100)}%`
  return (
    <div aria-hidden="true" className="text-11 text-ink-3 tabular-nums">
      <div className="relative h-6 border-b border-line-2">
        <div
          className="absolute top-1/2 h-2.5 -translate-y-1/2 rounded-1 bg-ctx-2"
          style={{ left: at(pooled.low), width: `calc(${at(pooled.high)} - ${at(pooled.low)})` }}
        />
        <div className="absolute inset-y-1 w-0.5 bg-ink" style={{ left: at(pooled.share) }} />
      </div>
      <div className="flex justify-between pt-0.5">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part}>{formatShare(part * end)}</span>
        ))}
      </div>
    </div>
  )
}
