'use client'

import {
  columnVisibilityFeature,
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/react-table'
import { Pin } from 'lucide-react'
import type { RunRow } from '@/server/views/run-row'
import { RunBar } from '../charts/RunBar'
import { formatDuration } from '../ui/format/duration'
import { formatLoss } from '../ui/format/loss'
import { formatCount } from '../ui/format/number'
import { formatParameter, parameterLabel, runLabel } from '../ui/format/parameter'
import { RunState } from './RunState'
import { compareValues } from './run-order'

export const runFeatures = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { values: (a, b, column) => compareValues(a.getValue(column), b.getValue(column)) },
})

export interface RunTableRow extends RunRow {
  /** Asked for, not confirmed yet. */
  pending?: boolean
}

const helper = createColumnHelper<typeof runFeatures, RunTableRow>()

/** Columns that are there but not shown at first. */
export const HIDDEN_AT_FIRST: readonly string[] = ['step', 'gap', 'took']

export interface ColumnLook {
  label: string
  align: 'left' | 'right'
  width: number
}

/** How each column is headed and how wide it is; the state column takes what is left. */
export function columnLook(id: string): ColumnLook {
  if (id.startsWith('p.')) {
    const name = id.slice(2)
    return {
      label: parameterLabel(name),
      align: 'right',
      width: name === 'learning_rate' || name === 'target_modules' ? 96 : 64,
    }
  }
  return LOOKS[id] ?? { label: id, align: 'left', width: 90 }
}

const LOOKS: Record<string, ColumnLook> = {
  run: { label: 'Run', align: 'left', width: 70 },
  best: { label: 'Best val loss', align: 'right', width: 100 },
  last: { label: 'Last', align: 'right', width: 64 },
  train: { label: 'Train', align: 'right', width: 64 },
  samples: { label: 'Samples', align: 'right', width: 74 },
  step: { label: 'Step', align: 'right', width: 70 },
  gap: { label: 'Gap', align: 'right', width: 70 },
  took: { label: 'Trained for', align: 'right', width: 90 },
  progress: { label: 'Progress', align: 'left', width: 92 },
  state: { label: 'State', align: 'left', width: 180 },
}

const took = (run: RunRow) =>
  run.startedAt ? ((run.endedAt ?? new Date()).getTime() - run.startedAt.getTime()) / 1000 : null

/** Columns for a sweep whose runs differ in these parameters. */
export const runColumns = (parameters: readonly string[]) =>
  helper.columns([
    helper.accessor((run) => run.number, {
      id: 'run',
      sortFn: 'values',
      cell: ({ row }) => (
        <span className="inline-flex items-center gap-1.5 font-550">
          {runLabel(row.original.number)}
          {row.original.pinned ? <Pin size={11} className="text-ink-3" aria-label="pinned" /> : null}
        </span>
      ),
    }),
    ...parameters.map((name) =>
      helper.accessor((run) => run.params[name], {
        id: `p.${name}`,
        sortFn: 'values',
        cell: ({ row }) => formatParameter(name, row.original.params[name]),
      }),
    ),
    helper.accessor((run) => run.bestValLoss, {
      id: 'best',
      sortFn: 'values',
      cell: ({ row }) => (
        <span className="font-semibold">{formatLoss(row.original.bestValLoss ?? undefined)}</span>
      ),
    }),
    helper.accessor((run) => run.lastValLoss, {
      id: 'last',
      sortFn: 'values',
      cell: ({ row }) => formatLoss(row.original.lastValLoss ?? undefined),
    }),
    helper.accessor((run) => run.lastTrainLoss, {
      id: 'train',
      sortFn: 'values',
      cell: ({ row }) => formatLoss(row.original.lastTrainLoss ?? undefined),
    }),
    helper.accessor(
      (run) =>
        run.lastValLoss === null || run.lastTrainLoss === null ? null : run.lastValLoss - run.lastTrainLoss,
      {
        id: 'gap',
        sortFn: 'values',
        cell: ({ getValue }) => formatLoss((getValue() as number | null) ?? undefined),
      },
    ),
    helper.accessor((run) => run.samples, {
      id: 'samples',
      sortFn: 'values',
      cell: ({ row }) => formatCount(row.original.samples),
    }),
    helper.accessor((run) => run.step, {
      id: 'step',
      sortFn: 'values',
      cell: ({ row }) => formatCount(row.original.step),
    }),
    helper.accessor(took, {
      id: 'took',
      sortFn: 'values',
      cell: ({ getValue }) => {
        const seconds = getValue() as number | null
        return seconds === null ? '–' : formatDuration(seconds)
      },
    }),
    helper.accessor((run) => (run.fullSamples ? run.samples / run.fullSamples : 0), {
      id: 'progress',
      sortFn: 'values',
      cell: ({ row, getValue }) => (
        <RunBar share={getValue() as number} training={row.original.state === 'training'} />
      ),
    }),
    helper.accessor((run) => `${run.state === 'training' ? 0 : 1} ${run.stopReason ?? run.state}`, {
      id: 'state',
      sortFn: 'values',
      cell: ({ row }) => <RunState run={row.original} pending={row.original.pending} />,
    }),
  ])
