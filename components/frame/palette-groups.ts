import type { RunRow } from '@/server/views/run-row'
import { canRevive, canStop } from '../sweeps/run-wishes'
import { formatLoss } from '../ui/format/loss'
import { formatParameters, runLabel } from '../ui/format/parameter'
import { STOP_REASON_LOOKS } from '../ui/stop-reasons'

/** What choosing an item does; the palette carries it out. */
export type PaletteAct =
  | { kind: 'go'; href: string }
  | { kind: 'run'; wish: 'pin' | 'stop' | 'revive' | 'clone'; runId: string }
  | { kind: 'shortcut'; keys: string }
  | { kind: 'page'; act: 'theme-light' | 'theme-dark' | 'theme-system' | 'sign-out' }

export interface PaletteItem {
  value: string
  label: string
  /** What tells it from others, or what it does. */
  detail: string
  /** Which icon: a run draws its state. */
  icon: 'sweep' | 'run' | 'node' | 'dataset' | 'place' | 'pin' | 'stop' | 'revive' | 'clone' | 'key' | 'page'
  /** Run or place that the icon draws. */
  of?: string
  keys?: string
  act: PaletteAct
}

export interface PaletteGroup {
  label: string
  items: PaletteItem[]
}

type Known = Pick<
  RunRow,
  'id' | 'sweepId' | 'number' | 'state' | 'stopReason' | 'bestValLoss' | 'params' | 'pinned'
>

const MOST_RUNS = 6

/** "r2" fits r02 first, then r20 to r29; other words look into parameters and state. */
function rank(run: Known, words: string): number | null {
  const number = /^r?0*(\d+)$/.exec(words)?.[1]
  if (number !== undefined) {
    if (String(run.number) === number) return 0
    return String(run.number).startsWith(number) ? 1 : null
  }
  if (words === '') return null
  const text = `${formatParameters(run.params, Object.keys(run.params))} ${run.state} ${run.stopReason ?? ''}`
  return text.toLowerCase().includes(words) ? 2 : null
}

/** Runs of the sweep that the page shows, best loss first among equals. Answered from what is loaded. */
export function runItems(runs: readonly Known[], parameters: readonly string[], text: string): PaletteItem[] {
  const words = text.trim().toLowerCase()
  return runs
    .flatMap((run) => {
      const place = rank(run, words)
      return place === null ? [] : [{ run, place }]
    })
    .sort(
      (a, b) =>
        a.place - b.place ||
        (a.run.bestValLoss ?? Number.POSITIVE_INFINITY) - (b.run.bestValLoss ?? Number.POSITIVE_INFINITY) ||
        a.run.number - b.run.number,
    )
    .slice(0, MOST_RUNS)
    .map(({ run }) => {
      const stopped = run.state === 'parked' || run.state === 'failed' ? run.stopReason : null
      const state = stopped ? STOP_REASON_LOOKS[stopped].label.toLowerCase() : run.state
      const loss = run.bestValLoss === null ? '' : `, ${formatLoss(run.bestValLoss)}`
      return {
        value: `run ${run.id}`,
        label: runLabel(run.number),
        detail: `${state}${loss}, ${formatParameters(run.params, parameters)}`,
        icon: 'run' as const,
        of: run.id,
        act: { kind: 'go' as const, href: `/sweeps/${run.sweepId}/runs/${run.number}` },
      }
    })
}

/** What can be done with a run, each with its effect. */
export function runActions(run: Known): PaletteItem[] {
  const name = runLabel(run.number)
  const item = (
    wish: 'pin' | 'stop' | 'revive' | 'clone',
    label: string,
    detail: string,
    keys: string,
  ): PaletteItem => ({
    value: `${wish} ${run.id}`,
    label,
    detail,
    icon: wish,
    keys,
    act: { kind: 'run', wish, runId: run.id },
  })
  return [
    run.pinned
      ? item('pin', `Unpin ${name}`, 'early exit may stop it again', 'p')
      : item('pin', `Pin ${name}`, 'early exit will never stop it', 'p'),
    item('clone', `Clone ${name} and change`, 'a new run in this sweep', 'c'),
    ...(canStop(run) ? [item('stop', `Stop ${name}`, 'parks it and frees a slot', 's')] : []),
    ...(canRevive(run) ? [item('revive', `Revive ${name}`, 'goes on from its step', 'r')] : []),
  ]
}

/** Items whose words contain what was typed; all of them before anything was. */
export function fitting(items: readonly PaletteItem[], text: string): PaletteItem[] {
  const words = text.trim().toLowerCase().split(/\s+/)
  return items.filter((item) => {
    const said = `${item.label} ${item.detail}`.toLowerCase()
    return words.every((word) => said.includes(word))
  })
}
