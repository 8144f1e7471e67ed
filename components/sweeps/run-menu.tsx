import { ArrowRight, Copy, Pin, RotateCcw, Square, Table } from 'lucide-react'
import type { RunRow } from '@/server/views/run-row'
import { copyText } from '../ui/copyText'
import { formatParameters, runLabel } from '../ui/format/parameter'
import type { MenuEntry } from '../ui/MenuEntries'
import { canRevive, canStop } from './run-wishes'
import { runsTsv } from './runs-tsv'
import type { RunActions } from './useRunActions'

interface RunMenu {
  runs: readonly RunRow[]
  parameters: readonly string[]
  actions: RunActions
  onOpen: (runId: string) => void
  onClone: (run: RunRow) => void
}

/** What can be done with one run or several, the same on rows and on lines. */
export function runMenu({ runs, parameters, actions, onOpen, onClone }: RunMenu): MenuEntry[] {
  const [first] = runs
  if (!first) return []
  const one = runs.length === 1
  const name = one ? runLabel(first.number) : `${runs.length} runs`
  const pinned = runs.every((run) => run.pinned)
  return [
    ...(one
      ? [
          {
            label: `Open ${name}`,
            icon: <ArrowRight size={13} />,
            shortcut: '↵',
            onSelect: () => onOpen(first.id),
          },
        ]
      : []),
    {
      label: `${pinned ? 'Unpin' : 'Pin'} ${name}`,
      effect: pinned ? '' : 'early exit never stops it',
      icon: <Pin size={13} />,
      shortcut: 'P',
      onSelect: () => actions.pinAll(runs),
    },
    {
      label: `Stop ${name}`,
      effect: 'parks it, frees a slot',
      icon: <Square size={13} />,
      shortcut: 'S',
      disabled: !runs.some(canStop),
      onSelect: () => actions.stopAll(runs),
    },
    {
      label: `Revive ${name}`,
      effect: 'goes on from its step',
      icon: <RotateCcw size={13} />,
      shortcut: 'R',
      disabled: !runs.some(canRevive),
      onSelect: () => actions.reviveAll(runs),
    },
    ...(one
      ? [
          {
            label: `Clone ${name} and change`,
            icon: <Copy size={13} />,
            shortcut: 'C',
            onSelect: () => onClone(first),
          },
        ]
      : []),
    'line',
    ...(one
      ? [
          {
            label: 'Copy its parameters',
            icon: <Copy size={13} />,
            onSelect: () =>
              copyText(
                formatParameters(first.params, Object.keys(first.params)),
                `Parameters of ${name} copied.`,
              ),
          },
        ]
      : []),
    {
      label: one ? 'Copy its row as TSV' : 'Copy rows as TSV',
      icon: <Table size={13} />,
      onSelect: () => copyText(runsTsv(runs, parameters), `${name} copied as TSV.`),
    },
  ]
}
