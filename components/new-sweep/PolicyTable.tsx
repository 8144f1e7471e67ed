'use client'

import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import type { RouterOutputs } from '@/server/routers/app-router'
import { useTRPC } from '../trpc/trpc'
import { formatShare, plural } from '../ui/format/number'

interface PolicyTableProps {
  policies: RouterOutputs['policy']['list']
  value: string
  onChange: (policy: string) => void
}

const columns =
  'grid grid-cols-[14px_72px_minmax(0,1fr)_84px_84px] gap-x-2.5 max-tablet:grid-cols-[14px_minmax(0,1fr)_64px_64px]'

/** Policies beside what each saved and lost on the recorded sweeps; the figures are replayed, never made up. */
export function PolicyTable({ policies, value, onChange }: PolicyTableProps) {
  const trpc = useTRPC()
  const { data: measured } = useQuery(trpc.lab.compare.queryOptions(undefined, { staleTime: Infinity }))
  const outcome = new Map((measured?.policies ?? []).map((one) => [one.policy as string, one]))
  return (
    <>
      <div className={clsx(columns, 'border-b border-line px-2 pb-1 text-11 text-ink-3')} aria-hidden="true">
        <span />
        <span>Policy</span>
        <span className="max-tablet:hidden">What it does</span>
        <span className="text-right">Saved</span>
        <span className="text-right">Best loss, ratio</span>
      </div>
      <RadioGroup
        aria-label="Early-exit policy"
        value={value}
        onValueChange={(policy) => onChange(String(policy))}
      >
        {policies.map((policy) => {
          const known = outcome.get(policy.name)
          return (
            <label
              key={policy.name}
              htmlFor={`policy-${policy.name}`}
              className={clsx(
                columns,
                'items-start border-b border-line px-2 py-1.5 text-12 hover:bg-hover has-data-checked:bg-selected pointer-coarse:py-3',
              )}
            >
              <Radio.Root
                id={`policy-${policy.name}`}
                value={policy.name}
                aria-label={policy.label}
                className="mt-0.5 flex size-3.5 shrink-0 items-center justify-center rounded-8 border border-line-3 bg-surface data-checked:border-ink"
              >
                <Radio.Indicator className="size-2 rounded-4 bg-ink" />
              </Radio.Root>
              <span className="font-550">{policy.name}</span>
              <span
                className={clsx(
                  'text-ink-2 max-tablet:col-span-full max-tablet:row-start-2 max-tablet:pl-6',
                  policy.name !== value && 'line-clamp-1 max-tablet:hidden',
                )}
                title={policy.summary}
              >
                {policy.summary}
              </span>
              <span className="text-right tabular-nums">{known ? formatShare(known.saved) : '–'}</span>
              <span
                className="text-right tabular-nums"
                title={known ? `worst ${known.worstLossRatio.toFixed(4)}` : undefined}
              >
                {known ? known.lossRatio.toFixed(4) : '–'}
              </span>
            </label>
          )
        })}
      </RadioGroup>
      <p className="mt-1.5 min-h-4 text-11 text-ink-3">
        {measured
          ? `Median of ${plural(measured.recordings, 'recorded sweep')} of the built-in model, each policy at its defaults, replayed over curves that were trained to their end. A ratio of 1 means nothing was lost.`
          : 'Replaying the recorded sweeps…'}
      </p>
    </>
  )
}
