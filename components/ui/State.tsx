import clsx from 'clsx'
import type { ReactNode } from 'react'

export type StateName =
  | 'running'
  | 'waiting'
  | 'planned'
  | 'paused'
  | 'parked'
  | 'done'
  | 'failed'
  | 'late'
  | 'unreachable'
  | 'draining'

type Tone = 'run' | 'idle' | 'warn' | 'ok' | 'bad'

const LOOKS: Record<StateName, { tone: Tone; word: string; icon: ReactNode }> = {
  running: {
    tone: 'run',
    word: 'Running',
    icon: (
      <>
        <circle cx="7" cy="7" r="5.25" fill="none" strokeOpacity="0.35" />
        <path d="M7 1.75A5.25 5.25 0 0 1 12.25 7" fill="none" className="running-arc" strokeLinecap="round" />
        <circle cx="7" cy="7" r="2" fill="currentColor" stroke="none" />
      </>
    ),
  },
  waiting: {
    tone: 'idle',
    word: 'Waiting',
    icon: (
      <>
        <circle cx="7" cy="7" r="5.25" fill="none" />
        <path d="M7 4v3.2l2 1.2" fill="none" strokeLinecap="round" />
      </>
    ),
  },
  planned: {
    tone: 'idle',
    word: 'Planned',
    icon: <circle cx="7" cy="7" r="5.25" fill="none" strokeDasharray="2.2 1.92" />,
  },
  paused: {
    tone: 'warn',
    word: 'Paused',
    icon: (
      <>
        <circle cx="7" cy="7" r="5.25" fill="none" />
        <path d="M5.6 5v4M8.4 5v4" strokeLinecap="round" />
      </>
    ),
  },
  parked: {
    tone: 'idle',
    word: 'Parked',
    icon: (
      <>
        <rect x="1.9" y="1.9" width="10.2" height="10.2" rx="3" fill="none" />
        <path d="M5.6 5v4M8.4 5v4" strokeLinecap="round" />
      </>
    ),
  },
  done: {
    tone: 'ok',
    word: 'Done',
    icon: (
      <>
        <circle cx="7" cy="7" r="6" fill="currentColor" stroke="none" />
        <path
          d="M4.4 7.2l1.8 1.8 3.4-3.7"
          fill="none"
          className="stroke-surface"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </>
    ),
  },
  failed: {
    tone: 'bad',
    word: 'Failed',
    icon: (
      <>
        <path d="M4.5 1h5L13 4.5v5L9.5 13h-5L1 9.5v-5z" fill="currentColor" stroke="none" />
        <path d="M5 5l4 4M9 5l-4 4" className="stroke-surface" strokeLinecap="round" />
      </>
    ),
  },
  late: {
    tone: 'bad',
    word: 'Late',
    icon: (
      <>
        <path d="M4.5 1h5L13 4.5v5L9.5 13h-5L1 9.5v-5z" fill="currentColor" stroke="none" />
        <path d="M7 3.8v3.6M7 9.9v.1" className="stroke-surface" strokeLinecap="round" />
      </>
    ),
  },
  unreachable: {
    tone: 'warn',
    word: 'Unreachable',
    icon: (
      <>
        <path d="M7 1.7l5.7 10.1H1.3z" fill="none" strokeLinejoin="round" />
        <path d="M7 5.4v3M7 10.1v.1" strokeLinecap="round" />
      </>
    ),
  },
  draining: {
    tone: 'warn',
    word: 'Draining',
    icon: (
      <>
        <circle cx="7" cy="7" r="5.25" fill="none" />
        <path d="M7 4.2v5.2M4.9 7.5L7 9.6l2.1-2.1" fill="none" strokeLinecap="round" strokeLinejoin="round" />
      </>
    ),
  },
}

const TEXT: Record<Tone, string> = {
  run: 'text-run',
  idle: 'text-idle',
  warn: 'text-warn',
  ok: 'text-ok',
  bad: 'text-bad',
}
const TINT: Record<Tone, string> = {
  run: 'bg-run-bg',
  idle: 'bg-idle-bg',
  warn: 'bg-warn-bg',
  ok: 'bg-ok-bg',
  bad: 'bg-bad-bg',
}

export function StateIcon({ value, size = 14 }: { value: StateName; size?: number }) {
  const look = LOOKS[value]
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 14 14"
      stroke="currentColor"
      strokeWidth="1.5"
      aria-hidden="true"
      className={clsx('shrink-0', TEXT[look.tone])}
    >
      {look.icon}
    </svg>
  )
}

interface StateProps {
  value: StateName
  /** Replaces the word: "Training", "Parked until Nov 28", "Failed: reason". */
  children?: ReactNode
  /** A tint behind, for headers. */
  tag?: boolean
  className?: string
}

/** Icon, colour and word of a state. No page invents another. */
export function State({ value, children, tag = false, className }: StateProps) {
  const look = LOOKS[value]
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1.5 align-bottom whitespace-nowrap text-12 font-550',
        TEXT[look.tone],
        tag && 'h-5 rounded-4 px-1.5',
        tag && TINT[look.tone],
        className,
      )}
    >
      <StateIcon value={value} size={tag ? 13 : 14} />
      <span>{children ?? look.word}</span>
    </span>
  )
}
