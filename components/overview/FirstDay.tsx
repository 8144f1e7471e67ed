'use client'

import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import type { RouterOutputs } from '@/server/routers/app-router'
import { JoinCommand } from '../cluster/JoinCommand'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button, ButtonLink } from '../ui/Button'
import { formatBytes } from '../ui/format/bytes'
import { State, StateIcon } from '../ui/State'
import { StopGlyph } from '../ui/StopReason'
import { STOP_REASON_LOOKS } from '../ui/stop-reasons'
import { say } from '../ui/toasts'
import { EXAMPLE_SWEEP } from './example-sweep'
import { RunningTable } from './RunningTable'

type Overview = RouterOutputs['overview']['get']

/** Steps with their real state instead of an empty dashboard; gone when the first own sweep has ended. */
export function FirstDay({ overview }: { overview: Overview }) {
  const { firstDay, nodes, running, waiting } = overview
  const agent = nodes.find((node) => node.state === 'alive')
  const active = [...running, ...waiting][0]
  return (
    <div className="flex min-h-0 flex-1 overflow-y-auto bg-surface max-desk:flex-col">
      <div className="min-w-0 flex-1 px-12 py-9 max-tablet:px-4 max-tablet:py-5">
        <h2 className="text-22 font-semibold">Run the example, then your own model</h2>
        <p className="mt-2 max-w-[62ch] text-13 text-ink-2">
          The example tunes 24 adapters on the built-in model and shows every page with real numbers. Nothing
          has to be downloaded.
        </p>
        <ol className="mt-6 border-t border-line">
          <Step
            number={1}
            done={firstDay.hasAgent}
            title={agent ? 'One agent is connected' : 'Waiting for the agent of this machine'}
            action={agent ? <ButtonLink href="/cluster?tab=nodes">Open node</ButtonLink> : null}
          >
            {agent ? (
              <>
                <span className="font-mono text-12">{agent.name}</span>, {agent.cpuCores} cores,{' '}
                {formatBytes(agent.memoryBytes)}, {deviceWords(agent)}.
              </>
            ) : (
              'It starts with the platform and calls in by itself, usually within 20 s.'
            )}
          </Step>
          <Step
            number={2}
            done={false}
            title={
              active
                ? `${active.name} ${active.state === 'running' ? 'runs' : 'waits'}`
                : 'Run the example sweep'
            }
            action={
              active ? (
                <ButtonLink href={`/sweeps/${active.id}`} variant="primary">
                  Open sweep
                </ButtonLink>
              ) : (
                <RunExample disabled={!firstDay.hasAgent} />
              )
            }
          >
            {active ? (
              <State value={active.state === 'running' ? 'running' : 'waiting'}>
                {active.runs.training} training, {active.runs.parked} stopped, {active.runs.done} done of{' '}
                {active.runs.total}
              </State>
            ) : (
              <>
                {EXAMPLE_SWEEP.name}: 24 configurations, {EXAMPLE_SWEEP.epochs} epochs, early exit{' '}
                <strong>adaptive</strong>. Some runs diverge on purpose.
              </>
            )}
          </Step>
          <Step
            number={3}
            done={false}
            title="Tune your own model"
            action={<ButtonLink href="/sweeps/new">New sweep</ButtonLink>}
          >
            A folder in Hugging Face format or a hub id, and a .jsonl of prompts and completions. The form
            checks both before anything starts.
          </Step>
          <Step number={4} done={nodes.length > 1} title="Add a GPU node" action={null}>
            <JoinCommand nodes={nodes} />
          </Step>
        </ol>
        {running.length > 0 ? (
          <div className="mt-6 border border-line">
            <RunningTable deployments={[]} sweeps={running} now={overview.now} />
          </div>
        ) : null}
      </div>
      <aside
        aria-label="What you will see"
        className="w-[440px] shrink-0 border-l border-line bg-bg px-8 py-9 max-desk:w-full max-desk:border-t max-desk:border-l-0 max-tablet:px-4"
      >
        <h2 className="text-13 font-semibold">What you will see</h2>
        <ul className="mt-3 flex flex-col gap-3 text-12 text-ink-2">
          <li className="flex gap-3">
            <span className="mt-1">
              <StopGlyph reason="underperforming" />
            </span>
            Each line is one configuration. A mark shows where Alto stopped it and why; click it for the
            evidence, revive it if you disagree.
          </li>
          <li className="flex gap-3">
            <span className="mt-1">
              <StopGlyph reason="overfitting" />
            </span>
            A run stopped for overfitting keeps its best checkpoint. It can still win.
          </li>
          <li className="flex gap-3">
            <span className="mt-2 h-0.5 w-2.5 shrink-0 bg-series-1" aria-hidden="true" />
            Colour is only for the few runs that matter now; the others stay visible in grey.
          </li>
        </ul>
        <h3 className="mt-6 text-12 text-ink-3">Why a run stops</h3>
        <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1.5 text-12">
          {Object.entries(STOP_REASON_LOOKS).map(([reason, look]) => (
            <div key={reason} className="contents">
              <dt className="flex items-center gap-2 font-550 whitespace-nowrap">
                <StopGlyph reason={reason as keyof typeof STOP_REASON_LOOKS} />
                {look.label}
              </dt>
              <dd className="text-ink-2">{look.meaning}</dd>
            </div>
          ))}
        </dl>
      </aside>
    </div>
  )
}

function deviceWords(node: Overview['nodes'][number]): string {
  const gpus = node.gpus.filter((gpu) => gpu.kind === 'cuda')
  if (gpus.length === 0) return 'no GPU; training runs on the cores until a GPU node joins'
  return `${gpus.length}× ${gpus[0]?.name}, ${formatBytes(gpus[0]?.memoryBytes ?? 0)} each`
}

interface StepProps {
  number: number
  done: boolean
  title: string
  action: ReactNode
  children: ReactNode
}

function Step({ number, done, title, action, children }: StepProps) {
  return (
    <li className="flex gap-4 border-b border-line py-4 max-tablet:flex-wrap">
      <span className="mt-0.5 w-4 shrink-0">
        {done ? (
          <StateIcon value="done" size={17} />
        ) : (
          <span className="flex size-[17px] items-center justify-center rounded-8 border border-line-3 text-10 font-550">
            {number}
          </span>
        )}
      </span>
      <div className="min-w-0 flex-1">
        <h3 className="text-13 font-semibold">{title}</h3>
        <div className="mt-0.5 max-w-[64ch] text-12 text-ink-2">{children}</div>
      </div>
      {action}
    </li>
  )
}

function RunExample({ disabled }: { disabled: boolean }) {
  const client = useTRPCClient()
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const start = () => {
    setBusy(true)
    client.sweep.submit.mutate({ spec: EXAMPLE_SWEEP, renameIfTaken: true }).then(
      (answer) => {
        if (answer.accepted) router.push(`/sweeps/${answer.id}`)
        else {
          setBusy(false)
          say(answer.problems[0]?.message ?? 'The example was refused.', { urgent: true })
        }
      },
      (error: unknown) => {
        setBusy(false)
        say(errorSentence(error), { urgent: true })
      },
    )
  }
  return (
    <Button variant="primary" disabled={disabled || busy} onClick={start}>
      {busy ? 'Starting…' : 'Run example'}
    </Button>
  )
}
