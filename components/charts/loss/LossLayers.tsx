import { scaleLinear, scaleLog } from 'd3-scale'
import { memo, useId } from 'react'
import { Axes } from '../Axes'
import { Mark } from '../marks/Mark'
import type { LossPicture } from './prepareLoss'

export const scalesOf = (picture: LossPicture) => ({
  x: (picture.logX ? scaleLog() : scaleLinear())
    .domain(picture.xDomain)
    .range([picture.plot.left, picture.plot.right]),
  y: (picture.logY ? scaleLog() : scaleLinear())
    .domain(picture.yDomain)
    .range([picture.plot.bottom, picture.plot.top]),
})

interface LossLayersProps {
  picture: LossPicture
  selected: readonly string[]
  /** Marks that came after the page opened. */
  fresh: ReadonlySet<string>
  /** Values of peers at a rung, drawn as dots on it. */
  peers: readonly { value: number; kept: boolean }[]
  peersAt: number | null
  stale: boolean
  /** False where the grey lines are drawn by a canvas below. */
  withContext: boolean
}

/** What does not change with the pointer, in the order of what lies above what. */
export const LossLayers = memo(function LossLayers({
  picture,
  selected,
  fresh,
  peers,
  peersAt,
  stale,
  withContext,
}: LossLayersProps) {
  const { plot } = picture
  const { x, y } = scalesOf(picture)
  const clip = useId()
  const chosen = new Set(selected)
  return (
    <g opacity={stale ? 0.6 : 1}>
      <Axes
        plot={plot}
        xTicks={
          picture.points.length === 0 ? [] : picture.xTicks.map((tick) => ({ ...tick, at: x(tick.value) }))
        }
        yTicks={picture.yTicks.map((tick) => ({
          ...tick,
          label: picture.points.length === 0 ? '' : tick.label,
          at: y(tick.value),
        }))}
        xTitle={picture.xTitle}
        yTitle={picture.logY ? 'loss, log' : 'loss'}
      />
      <clipPath id={clip}>
        <rect x={plot.left} y={0} width={plot.right - plot.left} height={plot.bottom + 4} />
      </clipPath>
      <g fill="none" strokeLinejoin="round" clipPath={`url(#${clip})`}>
        {withContext ? (
          <>
            <path d={picture.context.stopped} stroke="var(--ctx-2)" />
            <path d={picture.context.training} stroke="var(--ctx)" />
          </>
        ) : null}
        {picture.groups.map((group) => (
          <path key={group.label} d={group.path} stroke={group.colour} strokeWidth="1.25" />
        ))}
      </g>
      <g className="text-11" fill="var(--ink-3)">
        {picture.rungs.map((rung) => (
          <g key={rung.number}>
            <line
              x1={rung.x}
              x2={rung.x}
              y1={plot.top - 4}
              y2={plot.bottom}
              stroke="var(--ctx)"
              strokeDasharray="2 3"
            />
            {rung.label ? (
              <text x={rung.x} y={plot.top - 10} textAnchor="middle">
                {rung.label}
              </text>
            ) : null}
          </g>
        ))}
        {picture.rungNote ? (
          <text x={plot.right} y={plot.top - 10} textAnchor="end">
            {picture.rungNote}
          </text>
        ) : null}
      </g>
      <g fill="none" strokeLinejoin="round" strokeLinecap="round" clipPath={`url(#${clip})`}>
        {picture.lines.map((line) => (
          <path
            key={line.id}
            d={line.path}
            stroke={line.colour}
            strokeWidth={line.width}
            strokeDasharray={line.dash}
          />
        ))}
      </g>
      {peersAt === null ? null : (
        <g>
          {peers.map((peer, index) => (
            <circle
              // biome-ignore lint/suspicious/noArrayIndexKey: peers of one decision never change
              key={index}
              cx={x(peersAt)}
              cy={Math.max(plot.top, y(Math.max(peer.value, picture.yDomain[0])))}
              r="2.5"
              fill={peer.kept ? 'var(--ink-2)' : 'var(--surface)'}
              stroke="var(--ink-2)"
            />
          ))}
        </g>
      )}
      {picture.ends.map((end) => (
        <circle
          key={end.id}
          cx={end.x}
          cy={end.y}
          r="3.5"
          fill={end.colour}
          stroke="var(--surface)"
          strokeWidth="1.5"
        />
      ))}
      {picture.marks.map((mark) => (
        <Mark
          key={mark.id}
          reason={mark.reason}
          x={mark.x}
          y={mark.y}
          ringed={chosen.has(mark.id)}
          fresh={fresh.has(mark.id)}
        />
      ))}
      <g className="text-11" fill="var(--ink)">
        {picture.labels.map((label) => (
          <text key={label.id} x={label.x} y={label.y + 4} className="chart-halo">
            <tspan fontWeight="600">{label.text}</tspan>
            {label.value ? (
              <tspan dx="4" fill="var(--ink-2)">
                {label.value}
              </tspan>
            ) : null}
          </text>
        ))}
      </g>
    </g>
  )
})
