import {
  ArrowDownToLine,
  ArrowLeftRight,
  ChevronsRight,
  CirclePlay,
  Copy,
  Pin,
  Play,
  RotateCcw,
  X,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { StateIcon } from '../ui/State'
import { StopGlyph } from '../ui/StopReason'
import { isStopReason } from '../ui/stop-reasons'

const ICONS: Record<string, ReactNode> = {
  keep: <ChevronsRight size={13} />,
  start: <StateIcon value="running" size={13} />,
  resume: <Play size={12} />,
  pause: <StateIcon value="paused" size={13} />,
  revive: <RotateCcw size={12} />,
  pin: <Pin size={12} />,
  unpin: <Pin size={12} />,
  clone: <Copy size={12} />,
  place: <CirclePlay size={13} />,
  resize: <ArrowLeftRight size={13} />,
  move: <ArrowLeftRight size={13} />,
  hold: <StateIcon value="waiting" size={13} />,
  drain: <StateIcon value="draining" size={13} />,
  cordon: <StateIcon value="draining" size={13} />,
  cancel: <X size={13} />,
}

/** The glyph of a decision: its stop reason, else its kind. */
export function DecisionIcon({ kind, reason }: { kind: string; reason: string | null }) {
  if ((kind === 'stop' || kind === 'pause') && isStopReason(reason))
    return <StopGlyph reason={reason} size={12} />
  return <span className="text-ink-3">{ICONS[kind] ?? <ArrowDownToLine size={12} />}</span>
}
