import {
  Boxes,
  ChartLine,
  Command,
  Copy,
  Database,
  Keyboard,
  Pin,
  RotateCcw,
  Server,
  Square,
} from 'lucide-react'
import type { RunRow } from '@/server/views/run-row'
import { runLook } from '../sweeps/run-state'
import { StateIcon } from '../ui/State'
import { StopGlyph } from '../ui/StopReason'
import type { PaletteItem } from './palette-groups'
import { IMPROVE, LIBRARY, SETTINGS, WORK } from './places'

const ICONS = {
  sweep: ChartLine,
  run: Boxes,
  node: Server,
  dataset: Database,
  pin: Pin,
  stop: Square,
  revive: RotateCcw,
  clone: Copy,
  key: Keyboard,
  page: Command,
  place: Command,
} as const

/** What stands before an item: a run's state or stop reason, a place's own icon, else what is done. */
export function PaletteIcon({ item, run }: { item: PaletteItem; run?: RunRow }) {
  if (run) {
    const look = runLook(run)
    return 'reason' in look ? (
      <StopGlyph reason={look.reason} size={12} />
    ) : (
      <StateIcon value={look.state} size={14} />
    )
  }
  const place =
    item.icon === 'place'
      ? [...WORK, ...IMPROVE, ...LIBRARY, SETTINGS].find((one) => one.href === item.of)
      : undefined
  const Icon = place?.icon ?? ICONS[item.icon]
  return <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
}
