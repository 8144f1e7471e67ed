'use client'

import { Copy, Pin, RotateCcw } from 'lucide-react'
import { Fragment, useMemo } from 'react'
import type { DecisionRow } from '@/server/views/decision-row'
import type { RunRow } from '@/server/views/run-row'
import { PeerStrip, PeerStripRoom } from '../charts/PeerStrip'
import type { StripPeer } from '../charts/preparePeers'
import { Button, ButtonLink } from '../ui/Button'
import { Facts } from '../ui/Facts'
import { formatLoss } from '../ui/format/loss'
import { formatCount, formatShare } from '../ui/format/number'
import { runLabel } from '../ui/format/parameter'
import { formatDay } from '../ui/format/time'
import { Time } from '../ui/Time'
import { DecisionIcon } from './DecisionIcon'
import { decisionTitle } from './decision-title'
import { RevivePrice } from './RevivePrice'
import { canRevive } from './run-wishes'
import { type Heir, slotHeir } from './slot-heir'
import { useDecision } from './useDecision'
import type { RunActions } from './useRunActions'

interface DecisionCardProps {
  decision: DecisionRow
  run: RunRow | null
  /** All runs of the sweep, to name the peers. */
  runs: readonly RunRow[]
  /** Decisions of the sweep, to find who got the slot. */
  decisions: readonly DecisionRow[]
  actions: RunActions
  onClone: (run: RunRow) => void
  /** Larger buttons, as in a sheet on a phone. */
  touch?: boolean
}

const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

/** Peers that the row stored, named by their run. */
export function peersOf(decision: DecisionRow | null, runs: readonly RunRow[]): StripPeer[] {
  const peers = decision?.seen.peers
  if (!Array.isArray(peers)) return []
  const names = new Map(runs.map((run) => [run.id, runLabel(run.number)]))
  return (peers as { runId: string; value: number; kept: boolean }[])
    .filter((peer) => number(peer.value) !== null)
    .map((peer) => ({ label: names.get(peer.runId) ?? peer.runId, value: peer.value, kept: peer.kept }))
}

/** What the rule saw, as rows of a name and a value; only what the decision stored. */
function facts(
  decision: DecisionRow,
  run: RunRow | null,
  heir: Heir | null,
): (readonly [string, React.ReactNode])[] {
  const { seen } = decision
  const rows: (readonly [string, React.ReactNode])[] = []
  if (decision.rule) rows.push(['Rule', decision.rule])
  if (decision.actor) rows.push(['Decided by', decision.actor])
  const threshold = number(seen.threshold)
  const observed = number(seen.observed)
  if (observed !== null) rows.push(['Seen', formatLoss(observed)])
  if (threshold !== null) rows.push(['Threshold', formatLoss(threshold)])
  const confidence = number(seen.confidence)
  if (confidence !== null) rows.push(['Confidence', confidence.toFixed(3)])
  const saved = number(seen.savedSamples)
  if (decision.kind === 'stop' && saved !== null) {
    const share = run?.fullSamples ? `, ${formatShare(saved / run.fullSamples)} of the run` : ''
    rows.push(['Saved', `${formatCount(saved)} samples${share}`])
  }
  if (heir)
    rows.push([
      'Slot went to',
      <Fragment key="heir">
        {runLabel(heir.runNumber)}, since <Time at={heir.at} seconds />
      </Fragment>,
    ])
  if (run?.state === 'parked')
    rows.push([
      'Parked',
      `step ${formatCount(run.step)}${run.parkedUntil ? `, kept until ${formatDay(run.parkedUntil)}` : ''}`,
    ])
  return rows
}

/** A decision with its evidence and what can be done about it. */
export function DecisionCard(props: DecisionCardProps) {
  const { decision, run, runs, decisions, actions, onClone, touch = false } = props
  const heir = useMemo(() => slotHeir(decisions, decision), [decisions, decision])
  const whole = useDecision(decision.id)
  const peers = peersOf(whole, runs)
  const observed = number(decision.seen.observed)
  const rung = number(decision.seen.rung)
  const size = touch ? 'h-11 flex-1' : undefined
  return (
    <article aria-label={decisionTitle(decision)} data-testid="decision-card">
      <div className="flex items-center gap-2.5">
        <DecisionIcon kind={decision.kind} reason={decision.reason} />
        <h3 className="min-w-0 flex-1 truncate text-13 font-semibold">{decisionTitle(decision)}</h3>
        <span className="text-12 text-ink-3">
          <Time at={decision.at} seconds />
        </span>
      </div>
      <p className="mt-1.5 text-12 text-ink-2">{decision.sentence}</p>
      {(whole === null ? rung !== null : peers.length > 1) && observed !== null && run ? (
        <div className="mt-3">
          <div className="mb-0.5 flex items-baseline justify-between text-12">
            <h4 className="font-semibold">
              {rung === null ? 'Peers at this point' : `Peers at rung ${rung}`}
            </h4>
            <span className="text-11 text-ink-3">validation loss</span>
          </div>
          {whole === null ? (
            <PeerStripRoom />
          ) : (
            <PeerStrip
              peers={peers}
              own={{ label: runLabel(run.number), value: observed }}
              keeps={number(decision.seen.keeps) ?? undefined}
            />
          )}
        </div>
      ) : null}
      <Facts
        rows={facts(decision, run, heir)}
        className="mt-3 grid grid-cols-[76px_1fr] gap-x-2 gap-y-1 text-12"
      />
      {run ? (
        <>
          <div className="mt-3 flex flex-wrap items-center gap-1.5">
            {canRevive(run) ? (
              <Button
                variant="primary"
                className={size}
                icon={<RotateCcw size={13} />}
                disabled={actions.pending.has(run.id)}
                onClick={() => actions.revive(run)}
              >
                Revive
              </Button>
            ) : null}
            <Button className={size} icon={<Copy size={13} />} onClick={() => onClone(run)}>
              Clone
            </Button>
            <Button className={size} icon={<Pin size={13} />} onClick={() => actions.pin(run)}>
              {run.pinned ? 'Unpin' : 'Pin'}
            </Button>
            {touch ? null : (
              <ButtonLink
                variant="ghost"
                href={`/sweeps/${run.sweepId}/runs/${run.number}`}
                className="-mr-2 ml-auto !px-2"
              >
                Open run
              </ButtonLink>
            )}
          </div>
          {canRevive(run) && run.fullSamples ? <RevivePrice run={run} rule={decision.rule} /> : null}
        </>
      ) : null}
    </article>
  )
}
