'use client'

import { useRef } from 'react'
import type { RunRow } from '@/server/views/run-row'
import { useShortcut } from '../keys/keys'
import { chipClass, FilterChip } from '../ui/FilterChip'
import { formatCount } from '../ui/format/number'
import { Input } from '../ui/Input'
import { Menu } from '../ui/Menu'
import { StateIcon } from '../ui/State'
import { StopGlyph } from '../ui/StopReason'
import { isStopReason, STOP_REASON_LOOKS } from '../ui/stop-reasons'
import { filterKey } from './filter-runs'
import type { SweepView } from './useSweepView'

/** Beside them stand the filter of words and the columns. */
const CHIPS = 3

/** Chips for the states that occur, and words to look for. */
export function RunFilters({ runs, sweepView }: { runs: readonly RunRow[]; sweepView: SweepView }) {
  const { view, setView } = sweepView
  const input = useRef<HTMLInputElement>(null)
  useShortcut('/', 'Filter the runs', () => input.current?.focus())
  const counts = new Map<string, number>()
  for (const run of runs) counts.set(filterKey(run), (counts.get(filterKey(run)) ?? 0) + 1)
  const keys = [...counts.entries()].sort(
    ([a, m], [b, n]) => Number(b === 'training') - Number(a === 'training') || n - m,
  )
  // What has no room stands in a menu instead of being cut off.
  const chips = keys.slice(0, CHIPS)
  const rest = keys.slice(CHIPS)
  const restChosen = rest.find(([key]) => key === view.state)
  return (
    <>
      <div className="-my-1 flex min-w-0 items-center gap-1.5 overflow-x-auto py-1 [scrollbar-width:none]">
        <FilterChip pressed={view.state === 'all'} onClick={() => void setView({ state: 'all' })}>
          All {formatCount(runs.length)}
        </FilterChip>
        {chips.map(([key, count]) => (
          <FilterChip
            key={key}
            pressed={view.state === key}
            onClick={() => void setView({ state: view.state === key ? 'all' : key })}
          >
            <FilterIcon name={key} />
            {labelOf(key)} {formatCount(count)}
          </FilterChip>
        ))}
        {rest.length > 0 ? (
          <Menu
            align="start"
            trigger={
              <button
                type="button"
                aria-pressed={restChosen !== undefined}
                className={chipClass(restChosen !== undefined)}
              />
            }
            entries={rest.map(([key, count]) => ({
              label: `${labelOf(key)} ${formatCount(count)}`,
              icon: <FilterIcon name={key} />,
              checked: view.state === key,
              onSelect: () => void setView({ state: view.state === key ? 'all' : key }),
            }))}
          >
            {restChosen ? `${labelOf(restChosen[0])} ${formatCount(restChosen[1])}` : `${rest.length} more`}
          </Menu>
        ) : null}
      </div>
      <Input
        ref={input}
        aria-label="Filter the runs"
        placeholder="Filter: r07, rank 8"
        value={view.q}
        onChange={(event) => void setView({ q: event.target.value })}
        className="!h-6 !w-32 shrink-0 !border-line-2 !text-12"
      />
    </>
  )
}

const STATES = {
  training: 'running',
  waiting: 'waiting',
  done: 'done',
  failed: 'failed',
  parked: 'parked',
} as const

function FilterIcon({ name }: { name: string }) {
  if (isStopReason(name)) return <StopGlyph reason={name} size={10} />
  return name in STATES ? <StateIcon value={STATES[name as keyof typeof STATES]} size={12} /> : null
}

const labelOf = (key: string) =>
  isStopReason(key) ? STOP_REASON_LOOKS[key].label : key.charAt(0).toUpperCase() + key.slice(1)
