'use client'

import type { DecisionRow } from '@/server/views/decision-row'
import type { RunRow } from '@/server/views/run-row'
import { useShortcut } from '../keys/keys'
import { nextStop } from './next-stop'
import type { RunActions } from './useRunActions'
import type { SweepView } from './useSweepView'

interface SweepKeys {
  runs: readonly RunRow[]
  chosen: readonly RunRow[]
  decisions: readonly DecisionRow[]
  sweepView: SweepView
  actions: RunActions
  onSelect: (runId: string | null, add: boolean) => void
  onOpenDecision: (decision: DecisionRow | null) => void
  onClone: (run: RunRow) => void
}

/** Single keys of a sweep page; those about runs act on all that are selected. */
export function useSweepKeys(props: SweepKeys) {
  const { runs, chosen, decisions, sweepView, actions, onSelect, onOpenDecision, onClone } = props
  const { view, setView } = sweepView
  const any = chosen.length > 0
  const step = (by: number) => () => {
    const at = decisions.findIndex((decision) => decision.id === view.decision)
    const next = decisions[Math.max(0, Math.min(decisions.length - 1, at + by))]
    if (next) onOpenDecision(next)
  }
  useShortcut('p', 'Pin the selected runs', () => actions.pinAll(chosen), any)
  useShortcut('s', 'Stop the selected runs', () => actions.stopAll(chosen), any)
  useShortcut('r', 'Revive the selected runs', () => actions.reviveAll(chosen), any)
  useShortcut('c', 'Clone the selected run', () => onClone(chosen[0]!), chosen.length === 1)
  useShortcut('e', 'Next stop in the chart', () => {
    const next = nextStop(runs, chosen[0]?.id ?? null)
    if (next) onSelect(next.id, false)
  })
  useShortcut(']', 'Next decision', step(1))
  useShortcut('[', 'Previous decision', step(-1))
  useShortcut('.', 'Back to now: whole axis', () => void setView({ zoom: null }))
  useShortcut('Escape', 'Clear the selection', () => void setView({ run: [], decision: null }))
}
