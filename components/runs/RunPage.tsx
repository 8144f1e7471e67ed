'use client'

import { useQuery } from '@tanstack/react-query'
import { Copy, Download, Pin, RotateCcw, Square } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Header } from '../frame/Header'
import { useLiveScope } from '../live/LiveProvider'
import { useRefreshOn } from '../live/useRefreshOn'
import { DecisionItem } from '../sweeps/DecisionStream'
import { runLook } from '../sweeps/run-state'
import { canRevive, canStop } from '../sweeps/run-wishes'
import { useRunActions } from '../sweeps/useRunActions'
import { variedParameters } from '../sweeps/varied-parameters'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { Button, buttonClass } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { Figure, FigureStrip } from '../ui/FigureStrip'
import { formatLoss } from '../ui/format/loss'
import { formatCount, formatShare } from '../ui/format/number'
import { formatParameters, runLabel } from '../ui/format/parameter'
import { PaneHead } from '../ui/Pane'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Skeleton } from '../ui/Skeleton'
import { State } from '../ui/State'
import { StopReason } from '../ui/StopReason'
import { Tag } from '../ui/Tag'
import { AttemptTable } from './AttemptTable'
import { CheckpointTable } from './CheckpointTable'
import { OutputList } from './OutputList'
import { RunCurves } from './RunCurves'
import { RunYaml } from './RunYaml'

/** It checks values by the schema, which nothing else here needs: loaded when somebody clones. */
const CloneDialog = dynamic(() => import('../sweeps/CloneDialog').then((module) => module.CloneDialog))

/** One run: its losses, attempts, checkpoints, what was decided about it, what it writes. */
export function RunPage({ sweepId, runId }: { sweepId: string; runId: string }) {
  useLiveScope(sweepId)
  const trpc = useTRPC()
  const router = useRouter()
  const actions = useRunActions(sweepId)
  const [cloning, setCloning] = useState(false)
  const { data, error } = useQuery(trpc.run.get.queryOptions({ id: runId }))
  const runs = useQuery(trpc.sweep.runs.queryOptions({ id: sweepId }))
  const decisions = useQuery(trpc.decision.list.queryOptions({ runId, peers: false, limit: 200 }))
  useRefreshOn(
    (event) => event.runId === runId || (event.jobId === sweepId && event.kind === 'metrics'),
    [
      trpc.run.get.queryKey({ id: runId }),
      trpc.decision.list.queryKey({ runId, peers: false, limit: 200 }),
      trpc.run.outputs.queryKey({ id: runId }),
    ],
    2000,
  )
  if (error) return <Empty>{errorSentence(error)}</Empty>
  if (!data) return <Skeleton className="m-4 h-40" />
  const run = runs.data?.runs.find((one) => one.id === runId) ?? data.run
  const look = runLook(run)
  const varied = variedParameters(runs.data?.runs ?? [run])
  const best = [...(runs.data?.runs ?? [])]
    .filter((one) => one.bestValLoss !== null)
    .sort((a, b) => a.bestValLoss! - b.bestValLoss!)[0]
  const gap =
    run.lastValLoss !== null && run.lastTrainLoss !== null ? run.lastValLoss - run.lastTrainLoss : null
  const place = best
    ? 1 +
      (runs.data?.runs ?? []).filter(
        (one) =>
          (one.bestValLoss ?? Number.POSITIVE_INFINITY) < (run.bestValLoss ?? Number.POSITIVE_INFINITY),
      ).length
    : null
  const saveable = data.checkpoints.length > 0
  return (
    <>
      <Header
        parent={{ href: `/sweeps/${sweepId}`, label: data.sweep.name }}
        title={runLabel(run.number)}
        state={
          'reason' in look ? (
            <StopReason value={look.reason} withHope className="text-12" />
          ) : (
            <State value={look.state} tag>
              {look.word}
            </State>
          )
        }
        tabs={run.pinned ? <Tag>pinned, no rule stops it</Tag> : null}
        facts={formatParameters(run.params, varied)}
        actions={
          <>
            {canRevive(run) ? (
              <Button
                variant="primary"
                icon={<RotateCcw size={13} />}
                disabled={actions.pending.has(run.id)}
                onClick={() => actions.revive(run)}
              >
                Revive
              </Button>
            ) : null}
            {canStop(run) ? (
              <Button
                icon={<Square size={12} />}
                disabled={actions.pending.has(run.id)}
                onClick={() => actions.stop(run)}
              >
                Stop
              </Button>
            ) : null}
            <Button icon={<Pin size={13} />} onClick={() => actions.pin(run)}>
              {run.pinned ? 'Unpin' : 'Pin'}
            </Button>
            <Button icon={<Copy size={13} />} onClick={() => setCloning(true)}>
              Clone
            </Button>
            {saveable ? (
              <a href={`/api/v1/runs/${run.id}/adapter`} download className={buttonClass({})}>
                <Download size={13} /> Download adapter
              </a>
            ) : null}
          </>
        }
      />
      {run.error ? (
        <p role="alert" className="border-b border-line bg-bad-bg px-4 py-2 text-12 text-bad">
          {run.error}
        </p>
      ) : null}
      <ScrollRegion label="Run" className="min-h-0 flex-1 bg-surface">
        <FigureStrip label="Figures of the run">
          <Figure
            label="Best validation loss"
            value={formatLoss(run.bestValLoss ?? undefined)}
            beside={run.bestStep === null ? null : `step ${formatCount(run.bestStep)}`}
            context={
              best && best.id !== run.id && run.bestValLoss !== null
                ? `${formatLoss(run.bestValLoss - best.bestValLoss!)} behind ${runLabel(best.number)}`
                : best?.id === run.id
                  ? 'the best of its sweep'
                  : 'no evaluation yet'
            }
          />
          <Figure
            label="Place"
            value={place ?? '–'}
            beside={`of ${formatCount(runs.data?.runs.length ?? 1)}`}
            context="by best validation loss"
          />
          <Figure
            label="Last, validation and training"
            value={formatLoss(run.lastValLoss ?? undefined)}
            beside={formatLoss(run.lastTrainLoss ?? undefined)}
            context={gap === null ? 'gap not known yet' : `gap ${formatLoss(gap)}`}
          />
          <Figure
            label="Trained"
            value={run.fullSamples ? formatShare(run.samples / run.fullSamples) : formatCount(run.samples)}
            beside={`${formatCount(run.samples)} samples`}
            context={`step ${formatCount(run.step)}${run.totalSteps ? ` of ${formatCount(run.totalSteps)}` : ''}`}
          />
          <Figure
            label="Attempts"
            value={data.attempts.length}
            context={
              data.attempts.at(-1)
                ? `last on ${data.attempts.at(-1)?.nodeName ?? 'a node that has left'}`
                : 'not started yet'
            }
          />
        </FigureStrip>
        <div className="flex max-desk:flex-col">
          <div className="min-w-0 flex-1">
            <RunCurves
              runId={runId}
              best={best && best.id !== run.id ? { id: best.id, label: runLabel(best.number) } : null}
              label={runLabel(run.number)}
            />
            <OutputList runId={runId} />
            <AttemptTable attempts={data.attempts} />
            <CheckpointTable checkpoints={data.checkpoints} />
          </div>
          <aside
            aria-label="About this run"
            className="w-84 shrink-0 border-l border-line max-desk:w-full max-desk:border-t max-desk:border-l-0"
          >
            <PaneHead title="Decisions" sub="about this run" className="border-b border-line" />
            {(decisions.data?.decisions ?? []).length === 0 ? (
              <Empty>Nothing was decided about this run yet.</Empty>
            ) : (
              <ol>
                {decisions.data?.decisions.map((decision) => (
                  <li key={decision.id} className="border-b border-line">
                    <DecisionItem
                      decision={decision}
                      onOpen={() =>
                        router.push(`/sweeps/${sweepId}?run=${run.number}&decision=${decision.id}`)
                      }
                    />
                  </li>
                ))}
              </ol>
            )}
            <RunYaml run={run} />
          </aside>
        </div>
      </ScrollRegion>
      {cloning ? <CloneDialog run={run} varied={varied} onClose={() => setCloning(false)} /> : null}
    </>
  )
}
