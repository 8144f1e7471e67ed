'use client'

import type { SweepSummary } from '@/server/views/sweep-summary'
import { ProgressBar, progressSentence } from '../charts/ProgressBar'
import { Figure, FigureStrip } from '../ui/FigureStrip'
import { formatDuration } from '../ui/format/duration'
import { formatLoss } from '../ui/format/loss'
import { formatCount, formatShare, formatShort, plural } from '../ui/format/number'
import { formatParameters, runLabel } from '../ui/format/parameter'
import { Time } from '../ui/Time'
import { sweepShares } from './sweep-shares'

interface SweepStripProps {
  sweep: SweepSummary
  bestParams: Readonly<Record<string, unknown>> | null
  parameters: readonly string[]
}

/** The numbers of a sweep, each with where it comes from. */
export function SweepStrip({ sweep, bestParams, parameters }: SweepStripProps) {
  const shares = sweepShares(sweep)
  const saved = sweep.samplesFull > 0 ? sweep.samplesSaved / sweep.samplesFull : 0
  const stopped = sweep.runs.parked + sweep.runs.failed
  return (
    <FigureStrip label="Figures of the sweep">
      <div className="min-w-56 flex-[1.6_0_auto] border-r border-line px-4 py-2.5">
        <div className="text-11 text-ink-3">Progress</div>
        <div className="py-[7px]">
          <ProgressBar {...shares} label="Progress of the sweep" />
        </div>
        <div className="mt-0.5 text-11 whitespace-nowrap text-ink-3">{progressSentence(shares)}</div>
      </div>
      <End sweep={sweep} />
      <Figure
        label="Samples saved so far"
        hint="Samples of stopped runs that nobody has to train, as a share of what all runs would train to their end."
        value={formatShare(saved)}
        context={`${formatShort(sweep.samplesSaved)} of ${formatShort(sweep.samplesFull)} samples`}
      />
      <Figure
        label="Best validation loss"
        hint="The least validation loss of any run, of any evaluation. All runs are evaluated on the same held-out rows: as many as a fifth of the samples trained between two evaluations, at least 32."
        value={sweep.best ? formatLoss(sweep.best.valLoss) : '–'}
        beside={sweep.best ? runLabel(sweep.best.number) : null}
        context={
          sweep.best ? (bestParams ? formatParameters(bestParams, parameters) : '') : 'no evaluation yet'
        }
      />
      <Figure
        label="Runs"
        value={
          <>
            {formatCount(sweep.runs.training)}{' '}
            <span className="text-12 font-normal text-ink-2">training</span> {formatCount(stopped)}{' '}
            <span className="text-12 font-normal text-ink-2">stopped</span>
          </>
        }
        context={`${plural(sweep.runs.total, 'run')}, ${formatCount(sweep.runs.done)} done, ${formatCount(sweep.runs.waiting)} waiting`}
      />
    </FigureStrip>
  )
}

function End({ sweep }: { sweep: SweepSummary }) {
  if (sweep.end)
    return (
      <Figure
        label="Ends about"
        value={<Time at={sweep.end.p50} />}
        beside={
          <>
            <Time at={sweep.end.p10} />–<Time at={sweep.end.p90} />
          </>
        }
        context="P50, P10–P90"
      />
    )
  if (sweep.endedAt && sweep.startedAt)
    return (
      <Figure
        label={sweep.state === 'failed' ? 'Failed' : 'Ended'}
        value={<Time at={sweep.endedAt} day />}
        context={`took ${formatDuration((sweep.endedAt.getTime() - sweep.startedAt.getTime()) / 1000)}`}
      />
    )
  return (
    <Figure
      label="Ends about"
      value="–"
      context={
        sweep.state === 'waiting' ? 'starts when it gets devices' : 'known after the first evaluations'
      }
    />
  )
}
