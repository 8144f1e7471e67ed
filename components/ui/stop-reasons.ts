import type { StopReason } from '@/engine/model/reasons'

export type StopTone = 'bad' | 'warn' | 'idle' | 'ink'

export interface StopReasonLook {
  /** Word on screen, in sentence case. */
  label: string
  /** What it means in one clause, for tooltips. */
  meaning: string
  /** SVG path in a box of −5…5, the same in charts, tables, filters and toasts. */
  path: string
  /** Colour of the word. The glyph has the same, but for overfitting, whose glyph is amber. */
  tone: StopTone
  /** A run that was stopped for this can still win: its best checkpoint is kept. */
  canWin: boolean
}

const bar = (x: number, y: number, width: number, height: number) =>
  `M${x} ${y}h${width}v${height}h${-width}z`

/** One look for every stop reason. No page invents another. */
export const STOP_REASON_LOOKS: Readonly<Record<StopReason, StopReasonLook>> = {
  diverged: {
    label: 'Diverged',
    meaning: 'Its loss kept rising.',
    path: 'M0 -4.5L4.8 4H-4.8z',
    tone: 'bad',
    canWin: false,
  },
  'non-finite': {
    label: 'Non-finite',
    meaning: 'Its loss was not a number.',
    path: 'M-4.2 -2.9L-2.9 -4.2L0 -1.3L2.9 -4.2L4.2 -2.9L1.3 0L4.2 2.9L2.9 4.2L0 1.3L-2.9 4.2L-4.2 2.9L-1.3 0z',
    tone: 'bad',
    canWin: false,
  },
  'out-of-memory': {
    label: 'Out of memory',
    meaning: 'It did not fit, not even alone.',
    path: bar(-3.8, -3.8, 7.6, 7.6),
    tone: 'bad',
    canWin: false,
  },
  overfitting: {
    label: 'Overfitting',
    meaning: 'Its validation loss rose while its training loss fell. The best checkpoint is kept.',
    path: 'M0 -5L5 0L0 5L-5 0z',
    tone: 'warn',
    canWin: true,
  },
  underperforming: {
    label: 'Underperforming',
    meaning: 'It was behind its peers at a rung.',
    path: 'M-4.8 -4H4.8L0 4.5z',
    tone: 'idle',
    canWin: false,
  },
  plateau: {
    label: 'Plateau',
    meaning: 'It gained nothing above its noise. The best checkpoint is kept.',
    path: bar(-4.5, -2, 9, 4),
    tone: 'idle',
    canWin: true,
  },
  user: {
    label: 'By a person',
    meaning: 'Someone stopped it.',
    path: 'M4.2 0A4.2 4.2 0 1 1 -4.2 0A4.2 4.2 0 1 1 4.2 0zM-2.4 0A2.4 2.4 0 1 0 2.4 0A2.4 2.4 0 1 0 -2.4 0z',
    tone: 'ink',
    canWin: true,
  },
  preempted: {
    label: 'Preempted',
    meaning: 'It gave way and comes back by itself.',
    path: `${bar(-3.6, -4.2, 2.4, 8.4)}${bar(1.2, -4.2, 2.4, 8.4)}`,
    tone: 'ink',
    canWin: true,
  },
  budget: {
    label: 'Budget',
    meaning: 'It reached the limit of time or GPU-hours.',
    path: 'M-3.8 -4.6H3.8V-3.2L1 0L3.8 3.2V4.6H-3.8V3.2L-1 0L-3.8 -3.2z',
    tone: 'ink',
    canWin: true,
  },
}

/** Narrow a word from the database; unknown words have no look. */
export const isStopReason = (value: unknown): value is StopReason =>
  typeof value === 'string' && value in STOP_REASON_LOOKS
