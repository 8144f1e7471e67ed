'use client'

import { useMemo } from 'react'
import { useSize } from '../charts/useSize'
import { formatTime } from '../ui/format/time'
import { type ForecastSweep, prepareForecast } from './prepareForecast'

const HEIGHT = 132

/** When a sweep was said to end, by when it was said: band P10–P90, line P50, green where it really ended. */
export function ForecastChart({ sweep, now }: { sweep: ForecastSweep; now: number }) {
  const [box, size] = useSize<HTMLDivElement>()
  const picture = useMemo(
    () => (size && size.width > 0 ? prepareForecast(sweep, size.width, HEIGHT, now) : null),
    [sweep, size, now],
  )
  return (
    <div ref={box} className="w-full" style={{ height: HEIGHT }}>
      {picture && size ? (
        <svg
          width={size.width}
          height={HEIGHT}
          role="img"
          aria-label={`Forecast ends of ${sweep.name}: ${picture.caption}`}
          className="block text-11 tabular-nums"
          fill="var(--ink-3)"
        >
          {picture.yTicks.map((tick) => (
            <g key={tick.at}>
              <line
                x1={picture.plot.left}
                x2={picture.plot.right}
                y1={tick.y}
                y2={tick.y}
                stroke="var(--grid)"
              />
              <text x={picture.plot.left - 6} y={tick.y + 4} textAnchor="end">
                {formatTime(new Date(tick.at))}
              </text>
            </g>
          ))}
          <line
            x1={picture.plot.left}
            x2={picture.plot.right}
            y1={picture.plot.bottom}
            y2={picture.plot.bottom}
            stroke="var(--line-2)"
          />
          {picture.xTicks.map((tick) => (
            <text key={tick.at} x={tick.x} y={HEIGHT - 6} textAnchor="middle">
              {formatTime(new Date(tick.at))}
            </text>
          ))}
          <path d={picture.band} fill="var(--ctx-2)" fillOpacity="0.6" />
          {picture.diagonal ? (
            <path d={picture.diagonal} stroke="var(--ctx)" strokeDasharray="2 3" fill="none" />
          ) : null}
          <path d={picture.line} stroke="var(--ink)" strokeWidth="1.5" fill="none" strokeLinejoin="round" />
          {picture.endY === null ? null : (
            <line
              x1={picture.plot.left}
              x2={picture.plot.right}
              y1={picture.endY}
              y2={picture.endY}
              stroke="var(--ok)"
              strokeWidth="1.5"
            />
          )}
          {picture.nowX === null ? null : (
            <line
              x1={picture.nowX}
              x2={picture.nowX}
              y1={picture.plot.top}
              y2={picture.plot.bottom}
              stroke="var(--run)"
              strokeWidth="1.5"
            />
          )}
        </svg>
      ) : null}
    </div>
  )
}
