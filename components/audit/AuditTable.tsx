'use client'

import Link from 'next/link'
import type { RouterOutputs } from '@/server/routers/app-router'
import { DataTable } from '../ui/DataTable'
import { formatLoss } from '../ui/format/loss'
import { formatCount, formatShare } from '../ui/format/number'
import { runLabel } from '../ui/format/parameter'
import { State } from '../ui/State'
import { StopReason } from '../ui/StopReason'
import { Time } from '../ui/Time'
import { VERDICTS } from './audit-words'

type Stop = RouterOutputs['regret']['report']['stops'][number]

/** Every audited stop: where it was, how far it went on, and what it reached against the best of its sweep. */
export function AuditTable({ stops }: { stops: readonly Stop[] }) {
  return (
    <DataTable
      label="Audited stops"
      columns={[
        { head: 'Run' },
        { head: 'Would have stopped' },
        { head: 'Rule' },
        { head: 'When', align: 'right' },
        { head: 'At samples', align: 'right' },
        { head: 'Trained', align: 'right' },
        { head: 'Best at the stop', align: 'right' },
        { head: 'Best by now', align: 'right' },
        { head: 'Best of the sweep', align: 'right' },
        { head: 'Verdict' },
      ]}
      rows={stops.map((stop) => {
        const verdict = VERDICTS[stop.verdict]
        return {
          key: stop.runId,
          cells: [
            <Link
              key="run"
              href={`/sweeps/${stop.sweepId}?run=${stop.number}&decision=${stop.decisionId}`}
              className="no-underline hover:underline"
            >
              <span className="font-semibold">{runLabel(stop.number)}</span>{' '}
              <span className="text-ink-2">{stop.sweepName}</span>
            </Link>,
            <StopReason key="reason" value={stop.reason} className="text-12" />,
            stop.rule,
            <Time key="when" at={stop.stoppedAt} day />,
            formatCount(stop.atSamples),
            stop.fullSamples > 0 ? formatShare(stop.samples / stop.fullSamples) : formatCount(stop.samples),
            formatLoss(stop.bestLossAtStop ?? undefined),
            <span key="best" className="font-semibold">
              {formatLoss(stop.bestLoss ?? undefined)}
            </span>,
            formatLoss(stop.bestFound ?? undefined),
            <span key="verdict" title={verdict.meaning}>
              <State value={verdict.state}>{verdict.word}</State>
            </span>,
          ],
        }
      })}
    />
  )
}
