'use client'

import type { ReactNode } from 'react'
import type { RouterOutputs } from '@/server/routers/app-router'
import { errorSentence } from '../trpc/errorSentence'
import { formatBytes } from '../ui/format/bytes'
import { formatClock, formatDuration } from '../ui/format/duration'
import { formatShare, formatShort, plural } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import type { SweepFormState } from './useSweepForm'

type Estimate = NonNullable<RouterOutputs['sweep']['estimate']['estimate']>

/** Time, samples and memory before anything starts; from what was measured here, and saying so. */
export function EstimatePane({ state }: { state: SweepFormState }) {
  const estimate = state.estimate?.estimate ?? null
  if (Object.keys(state.problems).some((path) => path !== 'name') && !estimate)
    return <Note>The estimate comes when every value is allowed.</Note>
  if (state.estimateError) return <Note>{errorSentence(state.estimateError)}</Note>
  if (!estimate)
    return (
      <Note>{state.estimating ? 'Asking an agent about model and data…' : 'Nothing to estimate yet.'}</Note>
    )
  return (
    <div aria-busy={state.estimating}>
      <TimePart estimate={estimate} gpus={state.form.gpus} />
      <MemoryPart estimate={estimate} />
      {state.estimate?.unchecked ? <Note>{state.estimate.unchecked}</Note> : null}
    </div>
  )
}

function Note({ children }: { children: ReactNode }) {
  return <p className="border-b border-line px-4 py-3 text-12 text-ink-2">{children}</p>
}

function TimePart({ estimate, gpus }: { estimate: Estimate; gpus: string }) {
  const { secondsWithExits: withExits, secondsWithoutExits: without, trainedShare } = estimate
  const longest = Math.max(without ?? 0, withExits?.p90 ?? 0, 1)
  const at = (seconds: number) => `${Math.min(100, (seconds / longest) * 100)}%`
  return (
    <section className="border-b border-line pb-3" aria-label="Estimated time">
      <PaneHead
        title={`Time on ${gpus === '1' ? '1 GPU' : `${gpus} GPUs`}`}
        actions={
          <span className="text-11 text-ink-3">
            {trainedShare
              ? `from ${plural(trainedShare.sweeps, 'past sweep')}`
              : 'no past sweep with this policy'}
          </span>
        }
        level={3}
      />
      <div className="px-4">
        {withExits ? (
          <div className="mb-2">
            <div className="relative h-3 rounded-1 bg-hover">
              <div
                className="absolute inset-y-0 left-0 rounded-1 bg-ink"
                style={{ width: at(withExits.p10) }}
              />
              <div
                className="absolute inset-y-0 bg-ctx"
                style={{
                  left: at(withExits.p10),
                  width: `calc(${at(withExits.p90)} - ${at(withExits.p10)})`,
                }}
              />
              <div className="absolute -inset-y-1 w-0.5 bg-ink" style={{ left: at(withExits.p50) }} />
            </div>
            <p className="mt-1 text-12">
              <span className="font-semibold">{formatDuration(withExits.p50)}</span>{' '}
              <span className="text-ink-2">
                P10–P90: {formatClock(withExits.p10)}–{formatClock(withExits.p90)}
              </span>
            </p>
          </div>
        ) : null}
        {without ? (
          <div
            className="mb-2 flex h-5 items-center border border-dashed border-line-3 px-2 text-11 text-ink-2"
            style={{ width: at(without) }}
          >
            <span className="whitespace-nowrap">{formatDuration(without)} without early exit</span>
          </div>
        ) : (
          <p className="mb-2 text-12 text-ink-2">
            Nothing was trained on this model here yet, so the time is not known. The first evaluations
            measure it.
          </p>
        )}
        <dl className="grid grid-cols-3 gap-3 text-11">
          <Fact name="Runs" value={String(estimate.runs)} />
          <Fact
            name="Samples"
            value={
              estimate.samplesFull === null
                ? 'not known'
                : trainedShare
                  ? formatShort(estimate.samplesFull * trainedShare.p50)
                  : formatShort(estimate.samplesFull)
            }
            beside={
              estimate.samplesFull !== null && trainedShare ? `of ${formatShort(estimate.samplesFull)}` : ''
            }
          />
          <Fact
            name="Trained share"
            value={trainedShare ? formatShare(trainedShare.p50) : 'not known'}
            beside={trainedShare ? 'median' : ''}
          />
        </dl>
      </div>
    </section>
  )
}

function Fact({ name, value, beside = '' }: { name: string; value: string; beside?: string }) {
  return (
    <div>
      <dt className="text-ink-3">{name}</dt>
      <dd className="text-12">
        <span className="font-semibold tabular-nums">{value}</span>{' '}
        <span className="text-ink-2">{beside}</span>
      </dd>
    </div>
  )
}

const PARTS = {
  backbone: { label: 'backbone', colour: 'var(--ink-2)' },
  adapter: { label: 'adapter, moments', colour: 'var(--series-1)' },
  activations: { label: 'activations', colour: 'var(--series-3)' },
  logits: { label: 'logits', colour: 'var(--series-5)' },
} as const

function MemoryPart({ estimate }: { estimate: Estimate }) {
  const { memory } = estimate
  if (!memory || memory.bytesPerGpu === null)
    return <Note>How much memory it needs is known when an agent has read the model.</Note>
  const room = Math.max(memory.bytesPerGpu, memory.largestGpuBytes ?? 0)
  const fits = memory.largestGpuBytes === null || memory.bytesPerGpu <= memory.largestGpuBytes
  return (
    <section className="border-b border-line pb-3" aria-label="Estimated memory">
      <PaneHead
        title="Memory of the largest run"
        actions={<span className="text-11 text-ink-3">counted, an upper bound</span>}
        level={3}
      />
      <div className="px-4">
        <div className="flex h-3 overflow-hidden rounded-1 bg-hover" aria-hidden="true">
          {memory.parts.map((part) => (
            <div
              key={part.part}
              style={{ width: `${(part.bytes / room) * 100}%`, background: PARTS[part.part].colour }}
            />
          ))}
        </div>
        <dl className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-11">
          {memory.parts.map((part) => (
            <div key={part.part} className="flex items-center gap-1.5">
              <dt className="flex items-center gap-1.5 text-ink-2">
                <span className="size-2" style={{ background: PARTS[part.part].colour }} aria-hidden="true" />
                {PARTS[part.part].label}
              </dt>
              <dd className="tabular-nums">{formatBytes(part.bytes)}</dd>
            </div>
          ))}
        </dl>
        <p className="mt-1.5 text-12">
          <span className="font-semibold">{formatBytes(memory.bytesPerGpu)}</span>{' '}
          <span className={fits ? 'text-ink-2' : 'text-bad'}>
            {memory.largestGpuBytes === null
              ? 'and no device has joined yet'
              : fits
                ? `of ${formatBytes(memory.largestGpuBytes)}, fits`
                : `and the largest device has ${formatBytes(memory.largestGpuBytes)}`}
          </span>
        </p>
      </div>
    </section>
  )
}
