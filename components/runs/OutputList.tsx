'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../trpc/trpc'
import { Empty } from '../ui/Empty'
import { formatCount } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { StateIcon } from '../ui/State'

/** What the run writes for prompts of the held-out split, beside the base model. */
export function OutputList({ runId }: { runId: string }) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.run.outputs.queryOptions({ id: runId }))
  const newest = data?.[0]?.step
  const shown = (data ?? []).filter((one) => one.step === newest)
  const right = shown.filter((one) => one.output.trim() === one.expected.trim()).length
  return (
    <section aria-label="Outputs">
      <PaneHead
        title="What does it write?"
        sub={
          newest === undefined
            ? 'held-out prompts'
            : `held-out prompts at step ${formatCount(newest)}, ${right} of ${shown.length} as expected`
        }
      />
      {shown.length === 0 ? (
        <Empty>Outputs are written when the run is parked or done.</Empty>
      ) : (
        <ul>
          {shown.map((one) => (
            <li
              key={one.prompt}
              className="grid grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)_minmax(0,1fr)] gap-4 border-t border-line px-4 py-2 font-mono text-12 max-tablet:grid-cols-1"
            >
              <p className="break-words whitespace-pre-wrap text-ink-2">{one.prompt}</p>
              <div>
                <p className="flex items-center gap-1.5 font-sans text-11 text-ink-3">
                  this run{' '}
                  {one.output.trim() === one.expected.trim() ? <StateIcon value="done" size={11} /> : null}
                </p>
                <p className="break-words whitespace-pre-wrap">{one.output || '(nothing)'}</p>
                {one.output.trim() === one.expected.trim() ? null : (
                  <p className="mt-1 break-words whitespace-pre-wrap text-ink-3">
                    <span className="font-sans text-11">expected </span>
                    {one.expected}
                  </p>
                )}
              </div>
              <div>
                <p className="font-sans text-11 text-ink-3">base model</p>
                <p className="break-words whitespace-pre-wrap text-ink-2">
                  {one.baseOutput ?? '(not asked)'}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
