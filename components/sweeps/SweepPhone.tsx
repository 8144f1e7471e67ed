'use client'

import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import type { SweepSummary } from '@/server/views/sweep-summary'
import { ProgressBar } from '../charts/ProgressBar'
import { formatLoss } from '../ui/format/loss'
import { formatShare } from '../ui/format/number'
import { formatParameters, runLabel } from '../ui/format/parameter'
import { TabPanel, Tabs } from '../ui/Tabs'
import { Time } from '../ui/Time'
import { RunState } from './RunState'
import type { RunTableRow } from './run-columns'
import { compareValues } from './run-order'
import { sweepShares } from './sweep-shares'

interface SweepPhoneProps {
  sweep: SweepSummary
  tab: 'curves' | 'runs' | 'decisions'
  onTab: (tab: 'curves' | 'runs' | 'decisions') => void
  curves: ReactNode
  decisions: ReactNode
  runs: readonly RunTableRow[]
  parameters: readonly string[]
  colourOf: (id: string) => string | null
  onRun: (id: string) => void
}

/** A sweep in one column: three figures, then curves, runs or decisions. The list below the chart is its legend. */
export function SweepPhone(props: SweepPhoneProps) {
  const { sweep, runs } = props
  const sorted = [...runs].sort((a, b) => compareValues(a.bestValLoss, b.bestValLoss))
  const legend = sorted.filter((run) => props.colourOf(run.id) !== null)
  const saved = sweep.samplesFull > 0 ? sweep.samplesSaved / sweep.samplesFull : 0
  return (
    <div className="min-h-0 flex-1 overflow-y-auto bg-surface">
      <div className="border-b border-line px-4 py-3">
        <ProgressBar {...sweepShares(sweep)} label="Progress of the sweep" />
        <dl className="mt-3 grid grid-cols-3 gap-2">
          <Small
            label="Best loss"
            value={sweep.best ? formatLoss(sweep.best.valLoss) : '–'}
            beside={sweep.best ? runLabel(sweep.best.number) : ''}
          />
          <Small label="Saved so far" value={formatShare(saved)} />
          <Small
            label={sweep.end ? 'Ends, P10–P90' : 'Ended'}
            value={
              sweep.end ? (
                <>
                  <Time at={sweep.end.p10} />–<Time at={sweep.end.p90} />
                </>
              ) : sweep.endedAt ? (
                <Time at={sweep.endedAt} />
              ) : (
                '–'
              )
            }
          />
        </dl>
      </div>
      <Tabs
        label="Parts of the sweep"
        value={props.tab}
        onChange={props.onTab}
        wide
        listClassName="p-4 pb-2"
        tabs={[
          { value: 'curves', label: 'Curves' },
          { value: 'runs', label: 'Runs' },
          { value: 'decisions', label: 'Decisions' },
        ]}
      >
        <TabPanel value="curves">
          <div className="h-[380px]">{props.curves}</div>
          <RunList {...props} runs={legend} />
        </TabPanel>
        <TabPanel value="runs">
          <RunList {...props} runs={sorted} />
        </TabPanel>
        <TabPanel value="decisions">{props.decisions}</TabPanel>
      </Tabs>
    </div>
  )
}

function Small({ label, value, beside }: { label: string; value: ReactNode; beside?: string }) {
  return (
    <div>
      <dt className="text-11 text-ink-3">{label}</dt>
      <dd className="text-15 font-semibold tabular-nums">
        {value} <span className="text-12 font-normal text-ink-2">{beside}</span>
      </dd>
    </div>
  )
}

function RunList({
  runs,
  parameters,
  colourOf,
  onRun,
}: Pick<SweepPhoneProps, 'runs' | 'parameters' | 'colourOf' | 'onRun'>) {
  return (
    <ul className="border-t border-line">
      {runs.map((run) => (
        <li key={run.id} className="border-b border-line">
          <button
            type="button"
            onClick={() => onRun(run.id)}
            className="flex min-h-11 w-full items-center gap-3 px-4 py-2 text-left outline-offset-[-2px]"
          >
            <span
              aria-hidden="true"
              className="h-7 w-1 shrink-0 rounded-1"
              style={{ background: colourOf(run.id) ?? 'var(--ctx-2)' }}
            />
            <span className="min-w-0 flex-1">
              <span className="block truncate text-13">
                <span className="font-550">{runLabel(run.number)}</span>{' '}
                <span className="text-ink-2">{formatParameters(run.params, parameters)}</span>
              </span>
              <RunState run={run} pending={run.pending} />
            </span>
            <span className="text-13 font-semibold tabular-nums">
              {formatLoss(run.bestValLoss ?? undefined)}
            </span>
            <ChevronRight size={16} className="text-ink-3" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  )
}
