'use client'

import { StateIcon } from '../ui/State'
import { useLiveStore } from './LiveProvider'
import { useLiveness } from './live-store'
import { livenessSentence } from './livenessSentence'

const STATES = { ok: 'done', idle: 'waiting', warn: 'unreachable' } as const

/** How live the page is. Numbers that tick are not announced. */
export function LiveFoot() {
  const liveness = useLiveness(useLiveStore())
  const { tone, text } = livenessSentence(liveness)
  return (
    <div
      className="flex h-6 items-center gap-2.5 px-2 text-12 text-ink-2 max-desk:justify-center"
      title={text}
      data-testid="liveness"
    >
      <StateIcon value={STATES[tone]} size={13} />
      <span className="truncate max-desk:sr-only">{text}</span>
    </div>
  )
}
