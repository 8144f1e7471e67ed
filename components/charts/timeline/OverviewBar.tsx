'use client'

import { useMemo } from 'react'
import { formatTime } from '@/components/ui/format/time'
import { timeTickValues } from '../scale/ticks'
import { useSize } from '../useSize'
import { heldOverTime, type TimelineBlock } from './prepareTimeline'

interface OverviewBarProps {
  blocks: readonly TimelineBlock[]
  /** All that is known. */
  from: number
  to: number
  now: number
  /** What the timeline shows. */
  window: readonly [number, number]
  onWindow: (middle: number) => void
  devices: number
}

const HEIGHT = 46

/** All known time in one bar: how many GPUs were held, and which part the timeline shows. A click goes there. */
export function OverviewBar({ blocks, from, to, now, window, onWindow, devices }: OverviewBarProps) {
  const [box, size] = useSize<HTMLDivElement>()
  const width = size?.width ?? 0
  const slots = useMemo(
    () => heldOverTime(blocks, from, to, now, Math.max(24, Math.floor(width / 6))),
    [blocks, from, to, now, width],
  )
  const x = (at: number) => 48 + ((at - from) / Math.max(1, to - from)) * Math.max(0, width - 60)
  const bar = Math.max(1, (width - 60) / slots.length - 1)
  return (
    <div ref={box} className="w-full">
      {width > 0 ? (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label="GPUs held over all known time"
          className="block text-11 select-none"
          onPointerDown={(event) =>
            onWindow(from + ((event.nativeEvent.offsetX - 48) / Math.max(1, width - 60)) * (to - from))
          }
        >
          <text x="40" y="12" textAnchor="end" fill="var(--ink-3)">
            {devices}
          </text>
          <text x="40" y="28" textAnchor="end" fill="var(--ink-3)">
            0
          </text>
          {slots.map((slot) => (
            <rect
              key={slot.from}
              x={x(slot.from)}
              y={26 - (slot.gpus / Math.max(1, devices)) * 22}
              width={bar}
              height={(slot.gpus / Math.max(1, devices)) * 22}
              fill={slot.planned ? 'var(--ctx-2)' : 'var(--ctx)'}
            />
          ))}
          <rect
            x={x(Math.max(from, window[0]))}
            y="1"
            width={Math.max(8, x(Math.min(to, window[1])) - x(Math.max(from, window[0])))}
            height="28"
            rx="3"
            fill="var(--ink)"
            fillOpacity="0.06"
            stroke="var(--ink)"
          />
          {timeTickValues(from, to, 8).map((at) => (
            <text key={at} x={x(at)} y="42" textAnchor="middle" fill="var(--ink-3)">
              {formatTime(new Date(at))}
            </text>
          ))}
        </svg>
      ) : (
        <div style={{ height: HEIGHT }} />
      )}
    </div>
  )
}
