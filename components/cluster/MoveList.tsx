'use client'

import clsx from 'clsx'
import { ArrowRightToLine, CircleDashed, Square } from 'lucide-react'
import { PaneHead } from '../ui/Pane'
import { Time } from '../ui/Time'
import { gpuRanges } from './gpu-ranges'
import type { Move } from './moves'

const LOOKS = {
  start: { icon: ArrowRightToLine, words: 'starts on' },
  end: { icon: Square, words: 'gives back' },
  planned: { icon: CircleDashed, words: 'is planned on' },
} as const

/** The moves around an instant, each with the reason that its plan stored: three before it, the next two after it. */
export function MoveList({ moves, at, loading }: { moves: readonly Move[]; at: number; loading: boolean }) {
  const past = moves.filter((move) => move.at <= at).slice(-3)
  const coming = moves.filter((move) => move.at > at).slice(0, 2)
  const shown = [...coming.reverse(), ...past.reverse()]
  return (
    <div className="border-t border-line">
      <PaneHead title="Moves around it" sub="who took which GPUs, and why" level={3} />
      {shown.length === 0 ? (
        <p className="px-4 pb-3 text-12 text-ink-2">
          {loading ? 'Loading…' : 'Nothing moved in this window.'}
        </p>
      ) : (
        <ol className="pb-2">
          {shown.map((move) => {
            const { icon: Icon, words } = LOOKS[move.kind]
            return (
              <li
                key={move.id}
                className={clsx('flex gap-2.5 px-4 py-1.5 text-12', move.at > at && 'text-ink-2')}
              >
                <Icon size={13} className="mt-0.5 shrink-0 text-ink-3" aria-hidden="true" />
                <div className="min-w-0 flex-1">
                  <p className="flex justify-between gap-2">
                    <span className="min-w-0">
                      <span className="font-550">{move.name}</span> {words} {gpuRanges(move.gpuIds)}
                    </span>
                    <span className="shrink-0 text-ink-3">
                      <Time at={move.at} />
                    </span>
                  </p>
                  {move.reason ? <p className="text-ink-3">{move.reason}</p> : null}
                </div>
              </li>
            )
          })}
        </ol>
      )}
    </div>
  )
}
