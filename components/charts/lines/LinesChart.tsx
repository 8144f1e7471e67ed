'use client'

import { useState } from 'react'
import { Axes } from '../Axes'
import { useSize } from '../useSize'
import { type LineSeries, type LinesRequest, prepareLines } from './prepareLines'

interface LinesChartProps extends Omit<LinesRequest, 'width' | 'height' | 'labels'> {
  /** One sentence for screen readers. */
  sentence: string
  height: number
  /** How a value reads in the tooltip. */
  formatX: (x: number) => string
  formatY: (y: number) => string
  labels?: boolean
}

/** A few lines over one x, with a crosshair that names their values. */
export function LinesChart({
  sentence,
  height,
  formatX,
  formatY,
  labels = true,
  ...request
}: LinesChartProps) {
  const [box, size] = useSize<HTMLDivElement>()
  const [cursor, setCursor] = useState<number | null>(null)
  const picture = size ? prepareLines({ ...request, width: size.width, height, labels }) : null
  const at = picture && cursor !== null ? picture.invertX(cursor) : null
  return (
    <div ref={box} className="relative w-full" style={{ height }}>
      {picture && size ? (
        <>
          <svg
            width={size.width}
            height={height}
            role="img"
            aria-label={sentence}
            className="block"
            onPointerMove={(event) => {
              const x = event.nativeEvent.offsetX
              setCursor(x >= picture.plot.left && x <= picture.plot.right ? x : null)
            }}
            onPointerLeave={() => setCursor(null)}
          >
            <Axes plot={picture.plot} xTicks={picture.xTicks} yTicks={picture.yTicks} />
            {picture.lines.map((line) => (
              <path
                key={line.label}
                d={line.path}
                fill="none"
                stroke={line.colour}
                strokeWidth="1.5"
                strokeDasharray={line.dash}
                strokeLinejoin="round"
              />
            ))}
            {labels
              ? picture.lines.map((line) =>
                  line.end ? (
                    <text
                      key={line.label}
                      x={line.end[0] + 6}
                      y={line.labelY + 4}
                      fill="var(--ink)"
                      className="chart-halo text-11 font-550"
                    >
                      {line.label}
                    </text>
                  ) : null,
                )
              : null}
            {cursor === null ? null : (
              <line
                x1={cursor}
                x2={cursor}
                y1={picture.plot.top}
                y2={picture.plot.bottom}
                stroke="var(--line-3)"
                strokeDasharray="1 2"
                pointerEvents="none"
              />
            )}
          </svg>
          {at === null || cursor === null ? null : (
            <div
              className="pointer-events-none absolute top-0 left-0 z-10 w-36 rounded-6 bg-raised px-2 py-1.5 text-11 shadow-menu tabular-nums"
              style={{
                transform: `translate(${cursor + 12 + 144 > size.width ? cursor - 156 : cursor + 12}px, 8px)`,
              }}
            >
              <div className="text-ink-3">{formatX(at)}</div>
              {request.series.map((one) => {
                const point = nearest(one, at)
                return point ? (
                  <div key={one.label} className="flex items-center gap-1.5">
                    <span className="h-0.5 w-3" style={{ background: one.colour }} />
                    <span className="text-ink-2">{one.label}</span>
                    <span className="ml-auto">{formatY(point[1])}</span>
                  </div>
                ) : null
              })}
            </div>
          )}
        </>
      ) : null}
    </div>
  )
}

function nearest(series: LineSeries, at: number): readonly [number, number] | null {
  let best: readonly [number, number] | null = null
  for (const point of series.points)
    if (best === null || Math.abs(point[0] - at) < Math.abs(best[0] - at)) best = point
  return best
}
