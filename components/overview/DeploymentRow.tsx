import Link from 'next/link'
import type { DeploymentSummary } from '@/server/views/deployment-summary'
import { DeploymentState } from '../serving/DeploymentState'
import { modelNames } from '../serving/model-names'
import { gpuNames } from '../serving/request-words'
import { formatCount, formatShare } from '../ui/format/number'

const cell = 'border-b border-line py-2 align-middle'

/** A deployment among what runs: it has no end, but promises. */
export function DeploymentRow({ deployment }: { deployment: DeploymentSummary }) {
  const { line, lastDay } = deployment
  const live = line.queued + line.running + line.paused
  return (
    <tr className="relative hover:bg-hover">
      <td className={`${cell} max-w-64 pr-3 pl-4`}>
        <Link
          href={`/serving/${deployment.id}`}
          className="block truncate font-semibold no-underline after:absolute after:inset-0"
        >
          {deployment.name}
        </Link>
        <span className="block truncate text-11 text-ink-3">
          {modelNames(deployment)}, {gpuNames(deployment.gpuIds)}
        </span>
      </td>
      <td className={`${cell} pr-4 max-tablet:hidden`}>
        <DeploymentState deployment={deployment} />
      </td>
      <td className={`${cell} pr-4`} colSpan={2}>
        <span className="block">
          <span className="font-semibold tabular-nums">
            {lastDay.share === null ? 'Nothing promised yet' : `${formatShare(lastDay.share)} on time`}
          </span>
          {lastDay.share === null ? null : (
            <span className="text-ink-2"> of {formatCount(lastDay.total)} in 24 h</span>
          )}
        </span>
        <span className="block text-11 text-ink-3">
          {live === 0 ? 'no request waits' : `${formatCount(live)} live, ${formatCount(line.queued)} in line`}
        </span>
      </td>
      <td className={`${cell} pr-4 text-right text-ink-3`}>no end</td>
      <td className={`${cell} max-desk:hidden`} />
    </tr>
  )
}
