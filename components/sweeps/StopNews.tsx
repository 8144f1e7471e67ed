'use client'

import { useEffect, useRef, useState } from 'react'
import { useLiveBatch } from '../live/LiveProvider'
import { plural } from '../ui/format/number'
import { runLabel } from '../ui/format/parameter'
import { StopGlyph } from '../ui/StopReason'
import { isStopReason, STOP_REASON_LOOKS } from '../ui/stop-reasons'
import { say } from '../ui/toasts'

interface StopNewsProps {
  sweepId: string
  /** Number of a run, where it is known. */
  numberOf: (runId: string) => number | undefined
  /** On a phone a stop arrives as a toast that opens its card. */
  asToast: boolean
  onWhy: (decisionId: number, runNumber: number | undefined) => void
}

/** At most one announcement in this time. */
const QUIET_MS = 10_000

/** Tells about stops: summed and politely to a screen reader, as a toast on a phone. */
export function StopNews({ sweepId, numberOf, asToast, onWhy }: StopNewsProps) {
  const [spoken, setSpoken] = useState('')
  const stopped = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useLiveBatch((batch) => {
    const stops = batch.filter(
      (event) =>
        event.jobId === sweepId &&
        event.kind === 'decision' &&
        (event.data as { kind?: string }).kind === 'stop',
    )
    if (stops.length === 0) return
    stopped.current += stops.length
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      setSpoken(`${plural(stopped.current, 'run')} stopped.`)
      stopped.current = 0
    }, QUIET_MS)
    const last = stops.at(-1)
    if (!asToast || !last?.runId) return
    const { decisionId, reason, sentence } = last.data as {
      decisionId: number
      reason: string | null
      sentence: string
    }
    const number = numberOf(last.runId)
    const name = number === undefined ? 'A run' : runLabel(number)
    say(
      isStopReason(reason)
        ? `${name} stopped: ${STOP_REASON_LOOKS[reason].label.toLowerCase()}`
        : `${name} stopped`,
      {
        detail: sentence,
        icon: isStopReason(reason) ? <StopGlyph reason={reason} size={14} /> : null,
        action: { label: 'Why?', onClick: () => onWhy(decisionId, number) },
      },
    )
  })
  return (
    <span className="sr-only" aria-live="polite">
      {spoken}
    </span>
  )
}
