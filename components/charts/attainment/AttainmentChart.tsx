'use client'

import { Axes } from '../Axes'
import { useSize } from '../useSize'
import { type AttainmentRequest, prepareAttainment } from './prepareAttainment'

interface AttainmentChartProps extends Omit<AttainmentRequest, 'width' | 'height'> {
  label: string
}

const HEIGHT = 132

/** One small multiple of "Do we keep our promises?": a class of requests. */
export function AttainmentChart({ label, ...request }: AttainmentChartProps) {
  const [box, size] = useSize<HTMLDivElement>()
  const picture = size ? prepareAttainment({ ...request, width: size.width, height: HEIGHT }) : null
  return (
    <div ref={box} className="w-full" style={{ height: HEIGHT }}>
      {picture && size ? (
        <svg
          width={size.width}
          height={HEIGHT}
          role="img"
          aria-label={`${label}: ${picture.sentence}`}
          className="block"
        >
          <Axes plot={picture.plot} xTicks={picture.xTicks} yTicks={picture.yTicks} />
          <path d={picture.band} fill="var(--ctx-2)" fillOpacity="0.6" />
          <line
            x1={picture.plot.left}
            x2={picture.plot.right}
            y1={picture.targetY}
            y2={picture.targetY}
            stroke="var(--line-3)"
            strokeDasharray="3 3"
          />
          <path
            d={picture.line}
            fill="none"
            stroke="var(--ink)"
            strokeWidth="1.5"
            strokeLinejoin="round"
            strokeLinecap="round"
          />
          {picture.broken.map((one) => (
            <circle
              key={one.at}
              cx={one.x}
              cy={one.y}
              r="4"
              fill="var(--surface)"
              stroke="var(--bad)"
              strokeWidth="2"
            />
          ))}
          <g className="text-11 tabular-nums">
            {picture.share === null ? null : (
              <text x={picture.plot.right + 6} y={picture.valueY + 4} fill="var(--ink)" fontWeight="600">
                {`${(picture.share * 100).toFixed(1)}%`}
              </text>
            )}
            <text x={picture.plot.right + 6} y={picture.targetLabelY + 4} fill="var(--ink-3)">
              {`target ${Math.round(request.target * 100)}`}
            </text>
          </g>
        </svg>
      ) : null}
    </div>
  )
}
