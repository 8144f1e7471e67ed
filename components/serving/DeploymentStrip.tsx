import type { DeploymentSummary } from '@/server/views/deployment-summary'
import type { AttainmentSeries } from '@/server/views/serving-attainment'
import type { ServingUse } from '@/server/views/serving-use'
import { Figure, FigureStrip } from '../ui/FigureStrip'
import { formatDuration } from '../ui/format/duration'
import { formatCount, formatShare, plural } from '../ui/format/number'

interface DeploymentStripProps {
  deployment: DeploymentSummary
  series: readonly AttainmentSeries[]
  use: ServingUse | undefined
  /** How the span reads: `6 h`. */
  span: string
}

const latency = (series: AttainmentSeries | undefined): string => {
  if (!series || series.whole.total === 0) return '–'
  const p99 = series.latencyMs.p99
  return p99 === null ? 'unfinished' : formatDuration(p99 / 1000)
}

/** How it stands: promises, line, latency, pauses, GPUs. */
export function DeploymentStrip({ deployment, series, use, span }: DeploymentStripProps) {
  const { lastDay, line, settings } = deployment
  const of = (key: string) => series.find((one) => one.key === key)
  const targets = [
    ...(deployment.imageModel ? [settings.targets.image] : []),
    ...(deployment.videoModel ? [settings.targets.video] : []),
  ]
  return (
    <FigureStrip label="How the deployment stands">
      <Figure
        label="On time, 24 h"
        hint="SLO attainment: requests that ended by their deadline, of all that ended or passed it. Cancelled ones do not count."
        value={lastDay.share === null ? '–' : formatShare(lastDay.share)}
        beside={`target ${targets.map((target) => `${Math.round(target * 100)}%`).join(', ')}`}
        context={
          lastDay.share === null
            ? 'nothing ended yet'
            : `${formatCount(lastDay.onTime)} of ${plural(lastDay.total, 'request')}`
        }
      />
      <Figure
        label="In line now"
        value={line.queued}
        beside={`of ${line.queued + line.running + line.paused} live`}
        context={`${line.running} on GPUs, ${line.paused} paused`}
      />
      <Figure
        label={`p99, ${span}`}
        hint="From arrival to result. Requests that never finished count as infinitely long."
        value={latency(of('video') ?? of('image'))}
        beside={of('video') ? 'videos' : 'images'}
        context={of('video') && of('image') ? `images ${latency(of('image'))}` : `p50 ${median(of('all'))}`}
      />
      <Figure
        label={`Paused, ${span}`}
        value={use?.pausedVideos ?? '–'}
        beside="videos"
        context={
          use ? `${plural(use.pauses, 'pause')}, ${plural(use.degreeChanges, 'change')} of degree` : ''
        }
      />
      <Figure
        label={`GPUs busy, ${span}`}
        hint="Share of GPU time that requests held, by the segments that the nodes reported."
        value={use?.busy == null ? '–' : formatShare(use.busy)}
        context={
          use?.rounds.meanMs == null
            ? 'no round yet'
            : `${formatCount(use.rounds.count)} rounds, ${use.rounds.meanMs.toFixed(2)} ms each`
        }
      />
    </FigureStrip>
  )
}

function median(series: AttainmentSeries | undefined): string {
  const p50 = series?.latencyMs.p50
  return p50 == null ? '–' : formatDuration(p50 / 1000)
}
