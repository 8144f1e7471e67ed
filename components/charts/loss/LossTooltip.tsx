import { formatDuration } from '@/components/ui/format/duration'
import { formatLoss } from '@/components/ui/format/loss'
import { formatCount } from '@/components/ui/format/number'
import { formatParameters } from '@/components/ui/format/parameter'
import type { CurveRun, XMeasure } from './curve'
import type { DrawnPoint } from './prepareLoss'

interface LossTooltipProps {
  run: CurveRun | null
  point: DrawnPoint | null
  /** What is on x at the crosshair. */
  at: number
  x: XMeasure
  parameterNames: readonly string[]
  /** Emphasised lines at this x. */
  others: readonly { label: string; loss: number; colour: string }[]
  width: number
  place: { x: number; y: number; width: number; height: number }
}

const axisText = (at: number, x: XMeasure) =>
  x === 'time' ? `${formatDuration(at)} after the start` : `${formatCount(Math.round(at))} ${x}`

/** What is under the pointer. Moves by transform, stays inside, never under the finger, never more than 8 rows. */
export function LossTooltip({ run, point, at, x, parameterNames, others, width, place }: LossTooltipProps) {
  const left = place.x + 12 + width > place.width ? place.x - 12 - width : place.x + 12
  const rows = 2 + others.length + (run ? 1 : 0)
  const top = Math.max(4, Math.min(place.y + 12, place.height - rows * 17 - 24))
  return (
    <div
      className="pointer-events-none absolute top-0 left-0 z-10 rounded-6 bg-raised px-2.5 py-2 text-11 shadow-menu"
      style={{ width, transform: `translate(${Math.max(4, left)}px, ${top}px)` }}
    >
      {run ? (
        <>
          <div className="flex items-baseline justify-between gap-2 text-12">
            <span className="font-semibold">{run.label}</span>
            <span className="font-semibold tabular-nums">{formatLoss(point?.loss)}</span>
          </div>
          <div className="truncate text-ink-3">{formatParameters(run.params, parameterNames)}</div>
        </>
      ) : null}
      <div className="text-ink-3 tabular-nums">{axisText(at, x)}</div>
      {others.map((other) => (
        <div key={other.label} className="flex items-center gap-1.5 tabular-nums">
          <span className="h-0.5 w-3 shrink-0" style={{ background: other.colour }} />
          <span className="text-ink-2">{other.label}</span>
          <span className="ml-auto">{formatLoss(other.loss)}</span>
        </div>
      ))}
    </div>
  )
}
