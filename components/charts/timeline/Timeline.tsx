'use client'

import { type KeyboardEvent, type PointerEvent, useId, useMemo, useState } from 'react'
import { formatTime, formatTimeSeconds } from '@/components/ui/format/time'
import { STOP_REASON_LOOKS } from '@/components/ui/stop-reasons'
import { useSize } from '../useSize'
import { prepareTimeline, rowHeight, type TimelineRequest } from './prepareTimeline'

interface TimelineProps extends Omit<TimelineRequest, 'width'> {
  /** The instant that the right pane speaks about; `null` follows now. */
  scrub: number | null
  onScrub: (at: number | null) => void
  /** Job that is drawn strongly, the others fade. */
  highlighted: string | null
}

const tint = (series: number, share: number) =>
  `color-mix(in oklab, var(--series-${series}) ${share}%, var(--surface))`

/** What ran where, and what comes next: one row a GPU. */
export function Timeline({ scrub, onScrub, highlighted, ...request }: TimelineProps) {
  const [box, size] = useSize<HTMLDivElement>()
  const [dragging, setDragging] = useState(false)
  const hatch = useId()
  const width = size?.width ?? 0
  const row = rowHeight(request.nodes.reduce((sum, node) => sum + node.gpus.length, 0))
  const { nodes, blocks, notches, utilisation, from, to, now } = request
  const picture = useMemo(
    () => (width > 0 ? prepareTimeline({ nodes, blocks, notches, utilisation, from, to, now, width }) : null),
    [nodes, blocks, notches, utilisation, from, to, now, width],
  )
  const scrubTo = (event: PointerEvent<SVGSVGElement>) => {
    if (!picture) return
    const x = Math.max(picture.left, Math.min(picture.right, event.nativeEvent.offsetX))
    onScrub(picture.invert(x))
  }
  const walk = (event: KeyboardEvent) => {
    const span = (to - from) / 120
    const at = scrub ?? now
    if (event.key === 'ArrowLeft') onScrub(Math.max(from, at - span))
    else if (event.key === 'ArrowRight') onScrub(Math.min(to, at + span))
    else if (event.key === 'End' || event.key === 'Escape') onScrub(null)
    else if (event.key === 'Home') onScrub(from)
    else return
    event.preventDefault()
  }
  const scrubX = picture && scrub !== null && scrub >= from && scrub <= to ? picture.place(scrub) : null

  const nearFlag = (x: number) =>
    (picture?.nowX != null && Math.abs(picture.nowX - x) < 34) ||
    (scrubX !== null && Math.abs(scrubX - x) < 46)

  return (
    <div ref={box} className="w-full min-w-[640px]">
      {picture ? (
        <div
          role="slider"
          tabIndex={0}
          aria-label="Instant on the timeline"
          aria-valuemin={from}
          aria-valuemax={to}
          aria-valuenow={scrub ?? now}
          aria-valuetext={`${formatTimeSeconds(new Date(scrub ?? now))}. ${picture.sentence}`}
          onKeyDown={walk}
          className="outline-offset-[-2px]"
        >
          <svg
            width={width}
            height={picture.height}
            aria-hidden="true"
            className="block select-none text-11"
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId)
              setDragging(true)
              scrubTo(event)
            }}
            onPointerMove={(event) => {
              if (dragging) scrubTo(event)
            }}
            onPointerUp={() => setDragging(false)}
            onDoubleClick={() => onScrub(null)}
          >
            <defs>
              {[1, 2, 3, 4, 5, 6, 7, 8].map((series) => (
                <pattern
                  key={series}
                  id={`${hatch}${series}`}
                  width="7"
                  height="7"
                  patternUnits="userSpaceOnUse"
                  patternTransform="rotate(45)"
                >
                  <rect width="7" height="7" fill={tint(series, 7)} />
                  <line x1="0" x2="0" y1="0" y2="7" stroke={tint(series, 28)} strokeWidth="1.4" />
                </pattern>
              ))}
            </defs>
            {picture.ticks.map((tick) => (
              <g key={tick.at} opacity={nearFlag(tick.x) ? 0 : 1}>
                <line x1={tick.x} x2={tick.x} y1="22" y2={picture.height} stroke="var(--grid)" />
                <text x={tick.x} y="14" textAnchor="middle" fill="var(--ink-3)" className="tabular-nums">
                  {formatTime(new Date(tick.at))}
                </text>
              </g>
            ))}
            {picture.nodes.map((node) => (
              <text key={node.id} x="0" y={node.y}>
                <tspan fontWeight="600" fill="var(--ink)">
                  {node.name}
                </tspan>
                <tspan dx="6" fill="var(--ink-3)">
                  {node.facts}
                </tspan>
              </text>
            ))}
            {picture.rows.map((row) => (
              <g key={row.id}>
                <text
                  x={picture.left - 8}
                  y={row.y + picture.bar / 2 + 4}
                  textAnchor="end"
                  fill="var(--ink-3)"
                >
                  {row.label}
                </text>
                <line
                  x1={picture.left}
                  x2={picture.right}
                  y1={row.y + picture.bar + 2.5}
                  y2={row.y + picture.bar + 2.5}
                  stroke="var(--grid)"
                  strokeWidth="3"
                />
              </g>
            ))}
            {picture.strips.map((strip, index) => (
              <rect
                // biome-ignore lint/suspicious/noArrayIndexKey: strips are drawn anew as a whole
                key={index}
                x={strip.x}
                y={strip.y}
                width={strip.width + 0.3}
                height="3"
                fill={`var(--heat-${strip.step})`}
              />
            ))}
            {picture.blocks.map((block) => (
              <g key={block.id} opacity={highlighted === null || highlighted === block.jobId ? 1 : 0.3}>
                {block.ranges.map((range) => (
                  <g key={range.y}>
                    <rect
                      x={range.x1}
                      y={range.top}
                      width={Math.max(0, range.x2 - range.x1)}
                      height={range.height}
                      fill="var(--ink)"
                      fillOpacity="0.07"
                    />
                    <path
                      d={`M${range.x1} ${range.y - 2}v4M${range.x1} ${range.y}H${range.x2}M${range.x2} ${range.y - 2}v4`}
                      stroke="var(--ink-3)"
                      fill="none"
                    />
                  </g>
                ))}
                {block.bars.map((bar) => (
                  <g key={bar.y}>
                    <rect
                      x={bar.x}
                      y={bar.y}
                      width={bar.width}
                      height={bar.height}
                      rx="1"
                      fill={block.planned ? `url(#${hatch}${block.series})` : tint(block.series, 26)}
                      stroke={block.planned ? `var(--series-${block.series})` : 'none'}
                      strokeDasharray="3 2"
                    />
                    {block.planned || block.openLeft ? null : (
                      <rect
                        x={bar.x}
                        y={bar.y}
                        width="2.5"
                        height={bar.height}
                        fill={`var(--series-${block.series})`}
                      />
                    )}
                  </g>
                ))}
              </g>
            ))}
            {picture.notches.map((notch) => (
              <path
                key={`${notch.runId} ${notch.x}`}
                d={STOP_REASON_LOOKS.underperforming.path}
                transform={`translate(${notch.x} ${notch.y}) scale(0.7)`}
                fill={`var(--series-${notch.series})`}
                stroke="var(--surface)"
                strokeWidth="1.5"
                paintOrder="stroke"
                data-glyph
              >
                <title>{`${notch.label} stopped: ${STOP_REASON_LOOKS[notch.reason].label.toLowerCase()}`}</title>
              </path>
            ))}
            {picture.blocks.map((block) =>
              block.text ? (
                <text
                  key={block.id}
                  x={block.bars[0]!.x + 7}
                  y={block.bars[0]!.y + Math.min(picture.bar, 24) / 2 + 4}
                  fill="var(--ink)"
                  fontWeight="550"
                  className="chart-halo"
                >
                  {block.text}
                </text>
              ) : null,
            )}
            {picture.nowX === null ? null : (
              <Flag x={picture.nowX} height={picture.height} text="now" colour="var(--run)" />
            )}
            {scrubX === null ? null : (
              <Flag
                x={scrubX}
                height={picture.height}
                text={formatTimeSeconds(new Date(scrub ?? now))}
                colour="var(--ink)"
              />
            )}
          </svg>
        </div>
      ) : (
        <div style={{ height: nodes.reduce((sum, node) => sum + 30 + node.gpus.length * row, 32) }} />
      )}
    </div>
  )
}

function Flag({ x, height, text, colour }: { x: number; height: number; text: string; colour: string }) {
  const wide = text.length * 6.6 + 10
  return (
    <g>
      <line x1={x} x2={x} y1="20" y2={height} stroke={colour} strokeWidth="1.5" />
      <rect x={x - wide / 2} y="2" width={wide} height="17" rx="3" fill={colour} />
      <text x={x} y="14" textAnchor="middle" fill="var(--ink-inv)" fontWeight="550" className="tabular-nums">
        {text}
      </text>
    </g>
  )
}
