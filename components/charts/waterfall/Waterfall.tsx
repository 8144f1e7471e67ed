'use client'

import { useSize } from '../useSize'
import { prepareWaterfall, type WaterfallPicture, type WaterfallRequest } from './prepareWaterfall'

const FILL = {
  encode: 'var(--series-5)',
  decode: 'var(--series-5)',
  step: 'var(--run)',
  planned: 'var(--surface)',
} as const

/** Where the time of one request went: GPUs and steps above, its slack below, on one axis of seconds. */
export function Waterfall(request: Omit<WaterfallRequest, 'width'>) {
  const [box, size] = useSize<HTMLDivElement>()
  const picture = size && size.width > 80 ? prepareWaterfall({ ...request, width: size.width }) : null
  return (
    <div ref={box} className="min-h-24 w-full">
      {picture && size ? (
        <svg
          width={size.width}
          height={picture.height}
          role="img"
          aria-label={picture.sentence}
          className="block text-11 tabular-nums"
        >
          <Background picture={picture} />
          {picture.cells.map((cell) => (
            <rect
              key={cell.key}
              x={cell.kind === 'planned' ? cell.x + 0.5 : cell.x}
              y={cell.y + 1.5}
              width={cell.width}
              height="10"
              fill={FILL[cell.kind]}
              stroke={cell.kind === 'planned' ? 'var(--run)' : undefined}
              strokeWidth={cell.kind === 'planned' ? 1 : undefined}
              strokeOpacity={cell.kind === 'planned' ? 0.5 : undefined}
            />
          ))}
          {picture.groups.map((group) => (
            <g key={group.key} fill="var(--ink-2)">
              <line
                x1={group.x1}
                x2={group.x2 - 1}
                y1={picture.groupY}
                y2={picture.groupY}
                stroke="var(--line-2)"
              />
              {group.roomy ? (
                <>
                  <text x={(group.x1 + group.x2) / 2} y={picture.groupY + 13} textAnchor="middle">
                    {group.steps}
                  </text>
                  <text x={(group.x1 + group.x2) / 2} y={picture.groupY + 26} textAnchor="middle">
                    {group.width}
                  </text>
                </>
              ) : null}
            </g>
          ))}
          {picture.slack ? <SlackLine picture={picture} slack={picture.slack} /> : null}
          <Instants picture={picture} />
        </svg>
      ) : null}
    </div>
  )
}

function Background({ picture }: { picture: WaterfallPicture }) {
  const { plot } = picture
  return (
    <>
      {picture.xTicks.map((tick) => (
        <g key={tick.value}>
          <line x1={tick.at} x2={tick.at} y1={plot.top} y2={picture.height - 8} stroke="var(--grid)" />
          <text
            x={tick.at > plot.right - 16 ? plot.right + 10 : tick.at}
            y="12"
            textAnchor={tick.at > plot.right - 16 ? 'end' : 'middle'}
            fill="var(--ink-3)"
          >
            {tick.label}
          </text>
        </g>
      ))}
      {picture.queue ? (
        <rect
          x={picture.queue.x}
          y={plot.top}
          width={picture.queue.width}
          height={plot.bottom - plot.top}
          fill="var(--hover)"
        />
      ) : null}
      {picture.pauses.map((pause) => (
        <g key={pause.x}>
          <rect
            x={pause.x}
            y={plot.top}
            width={Math.max(1, pause.width)}
            height={plot.bottom - plot.top}
            fill="var(--warn-bg)"
          />
          {pause.width > 8 ? (
            <path
              d={`M${pause.x + pause.width / 2 - 2} ${plot.top + 3}v7m4 -7v7`}
              stroke="var(--amber)"
              strokeWidth="1.8"
            />
          ) : null}
        </g>
      ))}
      {picture.rows.map((row) => (
        <text key={row.gpu} x={plot.left - 6} y={row.y + 10} textAnchor="end" fill="var(--ink-3)">
          {row.gpu}
        </text>
      ))}
      <g fill="var(--ink-3)">
        <text x={plot.left - 6} y={picture.groupY + 13} textAnchor="end">
          steps
        </text>
        <text x={plot.left - 6} y={picture.groupY + 26} textAnchor="end">
          GPUs
        </text>
      </g>
    </>
  )
}

function SlackLine({
  picture,
  slack,
}: {
  picture: WaterfallPicture
  slack: NonNullable<WaterfallPicture['slack']>
}) {
  const { plot } = picture
  const atRight = slack.end !== null && slack.end.x > plot.right - 80
  return (
    <>
      <rect
        x={plot.left}
        y={slack.zeroY}
        width={plot.right - plot.left}
        height={slack.bottom - slack.zeroY}
        fill="var(--bad-bg)"
      />
      <text x={plot.left + 4} y={slack.bottom - 3} fill="var(--bad)">
        late
      </text>
      {slack.ticks
        .filter((tick) => tick.value >= 0)
        .map((tick) => (
          <g key={tick.value}>
            <line x1={plot.left} x2={plot.right} y1={tick.at} y2={tick.at} stroke="var(--grid)" />
            <text x={plot.left - 6} y={tick.at + 4} textAnchor="end" fill="var(--ink-3)">
              {tick.label}
            </text>
          </g>
        ))}
      <path d={slack.path} fill="none" stroke="var(--ink)" strokeWidth="1.5" strokeLinejoin="round" />
      {slack.end ? (
        <>
          <circle cx={slack.end.x} cy={slack.end.y} r="3" fill="var(--ink)" />
          <text
            x={slack.end.x + (atRight ? -6 : 6)}
            y={slack.end.y - 6}
            textAnchor={atRight ? 'end' : 'start'}
            fill="var(--ink)"
            className="chart-halo font-550"
          >
            {slack.end.label}
          </text>
        </>
      ) : null}
    </>
  )
}

function Instants({ picture }: { picture: WaterfallPicture }) {
  const { plot } = picture
  const label = picture.deadlineX > plot.right - 40
  return (
    <>
      <line
        x1={picture.deadlineX}
        x2={picture.deadlineX}
        y1={plot.top - 4}
        y2={picture.slack?.bottom ?? plot.bottom}
        stroke="var(--ink)"
        strokeWidth="2"
      />
      <text
        x={picture.deadlineX + (label ? -5 : 5)}
        y={plot.top + 8}
        textAnchor={label ? 'end' : 'start'}
        fill="var(--ink)"
        className="chart-halo"
      >
        due
      </text>
      {picture.nowX === null ? null : (
        <line
          x1={picture.nowX}
          x2={picture.nowX}
          y1={plot.top - 4}
          y2={picture.slack?.bottom ?? plot.bottom}
          stroke="var(--run)"
          strokeWidth="1.5"
        />
      )}
    </>
  )
}
