import type { RouterOutputs } from '@/server/routers/app-router'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { formatDuration } from '../ui/format/duration'
import { formatCount } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { Time } from '../ui/Time'

type Attempt = RouterOutputs['run']['get']['attempts'][number]

/** Each try of the run under its own lease. */
export function AttemptTable({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <section aria-label="Attempts">
      <PaneHead title="Attempts" sub="each under its own lease, with the epoch that its writes carry" />
      {attempts.length === 0 ? (
        <Empty>It has not started yet.</Empty>
      ) : (
        <DataTable
          label="Attempts"
          columns={[
            { head: 'Attempt' },
            { head: 'Epoch', align: 'right' },
            { head: 'Node' },
            { head: 'From step', align: 'right' },
            { head: 'Started', align: 'right' },
            { head: 'Took', align: 'right' },
            { head: 'State' },
            { head: 'Ended because' },
          ]}
          rows={attempts.map((attempt) => ({
            key: String(attempt.number),
            cells: [
              attempt.number,
              attempt.epoch,
              attempt.nodeName ?? 'a node that has left',
              formatCount(attempt.fromStep),
              <Time key="at" at={attempt.startedAt} day />,
              attempt.endedAt
                ? formatDuration((attempt.endedAt.getTime() - attempt.startedAt.getTime()) / 1000)
                : 'runs',
              attempt.state,
              attempt.message ?? attempt.endReason ?? '–',
            ],
          }))}
        />
      )}
    </section>
  )
}
