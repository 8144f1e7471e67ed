'use client'

import Link from 'next/link'
import type { DeploymentSummary } from '@/server/views/deployment-summary'
import type { SweepSummary } from '@/server/views/sweep-summary'
import { EndBar } from '../charts/EndBar'
import { ProgressBar } from '../charts/ProgressBar'
import { SweepSpark } from '../sweeps/SweepSpark'
import { shortName } from '../sweeps/short-name'
import { sweepShares } from '../sweeps/sweep-shares'
import { Empty } from '../ui/Empty'
import { formatLoss } from '../ui/format/loss'
import { formatShare } from '../ui/format/number'
import { runLabel } from '../ui/format/parameter'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Time } from '../ui/Time'
import { DeploymentRow } from './DeploymentRow'

const head = 'border-b border-line py-1.5 text-11 font-normal whitespace-nowrap text-ink-3'
const cell = 'border-b border-line py-2 align-middle'

interface RunningTableProps {
  sweeps: readonly SweepSummary[]
  deployments: readonly DeploymentSummary[]
  now: Date
}

/** What runs. The ends of sweeps share one axis, so that they can be compared; deployments have none. */
export function RunningTable({ sweeps, deployments, now }: RunningTableProps) {
  const from = now.getTime()
  const to = Math.max(from + 60_000, ...sweeps.map((sweep) => sweep.end?.p90.getTime() ?? 0))
  return (
    <section aria-label="Running">
      <PaneHead
        title="Running"
        sub="black is trained, grey to go, hatched not needed"
        actions={<span className="text-12 text-ink-3 max-tablet:hidden">end, P10–P90</span>}
      />
      {sweeps.length + deployments.length === 0 ? (
        <Empty>No sweep runs. Press N to start one; the form says how long it takes before it starts.</Empty>
      ) : (
        <ScrollRegion label="What runs" className="overflow-y-hidden">
          <table className="w-full border-separate border-spacing-0 text-12">
            <thead>
              <tr>
                <th scope="col" className={`${head} pl-4 text-left`}>
                  Job
                </th>
                <th scope="col" className={`${head} pr-4 text-left max-tablet:hidden`}>
                  Loss
                </th>
                <th scope="col" className={`${head} w-[24%] pr-4 text-left`}>
                  Progress
                </th>
                <th scope="col" className={`${head} pr-6 text-right`}>
                  Best
                </th>
                <th scope="col" className={`${head} pr-4 text-right`}>
                  Ends about
                </th>
                <th scope="col" className={`${head} w-36 pr-4 text-left max-desk:hidden`}>
                  <span className="flex justify-between">
                    now <Time at={to} />
                  </span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sweeps.map((sweep) => (
                <Row key={sweep.id} sweep={sweep} from={from} to={to} />
              ))}
              {deployments.map((deployment) => (
                <DeploymentRow key={deployment.id} deployment={deployment} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  )
}

function Row({ sweep, from, to }: { sweep: SweepSummary; from: number; to: number }) {
  const stopped = sweep.runs.parked + sweep.runs.failed
  const saved = sweep.samplesFull > 0 ? sweep.samplesSaved / sweep.samplesFull : 0
  return (
    <tr className="relative hover:bg-hover">
      <td className={`${cell} max-w-64 pr-3 pl-4`}>
        <Link
          href={`/sweeps/${sweep.id}`}
          className="block truncate font-semibold no-underline after:absolute after:inset-0"
        >
          {sweep.name}
        </Link>
        <span className="block truncate text-11 text-ink-3">
          {shortName(sweep.model)}, {sweep.runs.total} {sweep.method}
        </span>
      </td>
      <td className={`${cell} pr-4 max-tablet:hidden`}>
        <SweepSpark id={sweep.id} bestRunId={sweep.best?.runId ?? null} name={sweep.name} />
      </td>
      <td className={`${cell} pr-4`}>
        <ProgressBar {...sweepShares(sweep)} label={`Progress of ${sweep.name}`} />
        <span className="mt-1 flex justify-between gap-2 text-11 whitespace-nowrap text-ink-2">
          <span>
            {stopped} of {sweep.runs.total} stopped
          </span>
          <span className="text-ink">{formatShare(saved)} saved</span>
        </span>
      </td>
      <td className={`${cell} pr-6 text-right tabular-nums`}>
        <span className="block font-semibold">{sweep.best ? formatLoss(sweep.best.valLoss) : '–'}</span>
        <span className="block text-11 text-ink-3">
          {sweep.best ? runLabel(sweep.best.number) : 'none yet'}
        </span>
      </td>
      <td className={`${cell} pr-4 text-right whitespace-nowrap tabular-nums`}>
        {sweep.end ? (
          <>
            <span className="block font-semibold">
              <Time at={sweep.end.p50} />
            </span>
            <span className="block text-11 text-ink-3">
              <Time at={sweep.end.p10} />–<Time at={sweep.end.p90} />
            </span>
          </>
        ) : (
          <span className="text-ink-3">not known yet</span>
        )}
      </td>
      <td className={`${cell} pr-4 max-desk:hidden`}>
        {sweep.end ? (
          <EndBar
            p10={sweep.end.p10.getTime()}
            p50={sweep.end.p50.getTime()}
            p90={sweep.end.p90.getTime()}
            from={from}
            to={to}
          />
        ) : null}
      </td>
    </tr>
  )
}
