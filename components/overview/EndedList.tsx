import Link from 'next/link'
import type { SweepSummary } from '@/server/views/sweep-summary'
import { Empty } from '../ui/Empty'
import { formatLoss } from '../ui/format/loss'
import { formatShare } from '../ui/format/number'
import { runLabel } from '../ui/format/parameter'
import { PaneHead } from '../ui/Pane'
import { StateIcon } from '../ui/State'
import { Time } from '../ui/Time'

const ICONS = { done: 'done', failed: 'failed', cancelled: 'parked' } as const

/** What ended last, with what came out and the next thing to do with it. */
export function EndedList({ sweeps }: { sweeps: readonly SweepSummary[] }) {
  return (
    <section aria-label="Ended">
      <PaneHead title="Ended" className="border-b border-line" />
      {sweeps.length === 0 ? (
        <Empty>No sweep has ended yet.</Empty>
      ) : (
        <ul>
          {sweeps.map((sweep) => (
            <li
              key={sweep.id}
              className="grid min-h-7 grid-cols-[14px_minmax(0,1.2fr)_48px_minmax(0,1.4fr)_minmax(0,1.2fr)_auto] items-center gap-3 border-b border-line px-4 py-1.5 text-12 max-tablet:grid-cols-[14px_minmax(0,1fr)_auto]"
            >
              <StateIcon value={sweep.state in ICONS ? ICONS[sweep.state as keyof typeof ICONS] : 'done'} />
              <Link
                href={`/sweeps/${sweep.id}`}
                className="truncate font-semibold no-underline hover:underline"
              >
                {sweep.name}
              </Link>
              <span className="text-ink-3 max-tablet:hidden">
                {sweep.endedAt ? <Time at={sweep.endedAt} day /> : null}
              </span>
              <span
                className={
                  sweep.error
                    ? 'truncate text-bad max-tablet:hidden'
                    : 'truncate text-ink-2 max-tablet:hidden'
                }
              >
                {sweep.error ??
                  (sweep.best
                    ? `best ${formatLoss(sweep.best.valLoss)}, ${runLabel(sweep.best.number)}`
                    : 'no evaluation')}
              </span>
              <span className="truncate text-ink-2 max-tablet:hidden">
                {sweep.samplesFull > 0
                  ? `${formatShare(sweep.samplesSaved / sweep.samplesFull)} saved, ${sweep.runs.total} runs`
                  : 'nothing was trained'}
              </span>
              {sweep.best ? (
                <a
                  href={`/api/v1/runs/${sweep.best.runId}/adapter`}
                  download
                  className="font-550 underline decoration-line-2 underline-offset-4"
                >
                  Download adapter
                </a>
              ) : (
                <Link
                  href={`/sweeps/new?from=${sweep.id}`}
                  className="font-550 underline decoration-line-2 underline-offset-4"
                >
                  {sweep.state === 'failed' ? 'Fix and restart' : 'Start again'}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
