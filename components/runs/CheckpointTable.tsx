import type { RouterOutputs } from '@/server/routers/app-router'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { formatBytes } from '../ui/format/bytes'
import { formatCount } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { Time } from '../ui/Time'

type Checkpoint = RouterOutputs['run']['get']['checkpoints'][number]

const PURPOSES: Record<string, string> = {
  parked: 'parked state, to go on from',
  periodic: 'periodic',
  best: 'best validation loss',
  final: 'end of training',
}

/** Saved states that still exist. */
export function CheckpointTable({ checkpoints }: { checkpoints: readonly Checkpoint[] }) {
  return (
    <section aria-label="Checkpoints">
      <PaneHead title="Checkpoints" sub="adapter, moments, data cursor and random state" />
      {checkpoints.length === 0 ? (
        <Empty>None yet. The first is kept with the first evaluation.</Empty>
      ) : (
        <DataTable
          label="Checkpoints"
          columns={[
            { head: 'For' },
            { head: 'Step', align: 'right' },
            { head: 'Samples', align: 'right' },
            { head: 'Attempt', align: 'right' },
            { head: 'Size', align: 'right' },
            { head: 'Made', align: 'right' },
          ]}
          rows={checkpoints.map((checkpoint) => ({
            key: checkpoint.id,
            cells: [
              PURPOSES[checkpoint.purpose] ?? checkpoint.purpose,
              formatCount(checkpoint.step),
              formatCount(checkpoint.samples),
              checkpoint.attempt,
              formatBytes(checkpoint.bytes),
              <Time key="at" at={checkpoint.createdAt} day />,
            ],
          }))}
        />
      )}
    </section>
  )
}
