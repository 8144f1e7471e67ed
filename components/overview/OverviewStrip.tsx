import type { RouterOutputs } from '@/server/routers/app-router'
import { Figure, FigureStrip } from '../ui/FigureStrip'
import { formatCount, formatShare, formatShort } from '../ui/format/number'
import { deviceFigures } from './overview-sentence'

type Overview = RouterOutputs['overview']['get']

/** Devices now, work of the running sweeps, what early exit saved. */
export function OverviewStrip({ overview }: { overview: Overview }) {
  const devices = deviceFigures(overview)
  const sweeps = [...overview.running, ...overview.ended]
  const sum = (of: (sweep: Overview['running'][number]) => number) =>
    sweeps.reduce((total, sweep) => total + of(sweep), 0)
  const full = sum((sweep) => sweep.samplesFull)
  const saved = sum((sweep) => sweep.samplesSaved)
  const runs = sum((sweep) => sweep.runs.total)
  const stopped = sum((sweep) => sweep.runs.parked + sweep.runs.failed)
  const served = overview.deployments.reduce((total, one) => total + one.lastDay.total, 0)
  const onTime = overview.deployments.reduce((total, one) => total + one.lastDay.onTime, 0)
  const training = overview.running.reduce((total, sweep) => total + sweep.runs.training, 0)
  return (
    <FigureStrip label="Figures of the cluster">
      <Figure
        label={devices.cpuOnly ? 'Devices held now' : 'GPUs held now'}
        value={formatCount(devices.held)}
        beside={`of ${formatCount(devices.total)}`}
        context={devices.away.length > 0 ? devices.away.join(', ') : 'all nodes take work'}
      />
      <Figure
        label="Busy, last hour"
        hint="What the agents measured on their devices, one value a minute."
        value={devices.busy === null ? '–' : formatShare(devices.busy)}
        context={devices.busy === null ? 'no measurement yet' : 'mean over all devices and minutes'}
      />
      <Figure
        label="Runs training"
        value={formatCount(training)}
        context={`in ${overview.running.length === 1 ? '1 sweep' : `${overview.running.length} sweeps`}`}
      />
      <Figure
        label="Saved by early exit"
        value={full > 0 ? formatShare(saved / full) : '–'}
        beside={full > 0 ? `${formatShort(saved)} samples` : null}
        context={`${formatCount(stopped)} of ${formatCount(runs)} runs stopped`}
      />
      {served > 0 ? (
        <Figure
          label="Requests on time, 24 h"
          value={formatShare(onTime / served)}
          context={`${formatCount(onTime)} of ${formatCount(served)} requests`}
        />
      ) : null}
      <Figure
        label="Samples trained"
        value={formatShort(sum((sweep) => sweep.samplesUsed))}
        beside={`of ${formatShort(full)}`}
        context="running and ended sweeps"
      />
    </FigureStrip>
  )
}
