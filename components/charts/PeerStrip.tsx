'use client'

import { STOP_REASON_LOOKS } from '@/components/ui/stop-reasons'
import { preparePeers, type StripPeer } from './preparePeers'
import { useSize } from './useSize'

interface PeerStripProps {
  peers: readonly StripPeer[]
  own: { label: string; value: number }
  keeps?: number
}

/** Its height, kept free while the peers are on their way. */
export const PeerStripRoom = () => <div className="h-[66px]" />

/** Who was kept and who was behind at a rung, as dots on one axis with the cut as a line. */
export function PeerStrip({ peers, own, keeps }: PeerStripProps) {
  const [box, size] = useSize<HTMLDivElement>()
  const picture = size ? preparePeers(peers, own, keeps, size.width) : null
  return (
    <div ref={box} className="h-[66px] w-full" role="img" aria-label={picture?.sentence ?? 'Peers'}>
      {picture && size ? (
        <svg width={size.width} height={66} aria-hidden="true" className="block text-11 tabular-nums">
          {picture.cut === null ? null : (
            <>
              <rect x="0" y="18" width={picture.cut} height="26" fill="var(--hover)" />
              {picture.words.map((word) => (
                <text key={word.text} x={word.x} y="12" textAnchor={word.anchor} fill="var(--ink-3)">
                  {word.text}
                </text>
              ))}
            </>
          )}
          <line x1="0" x2={size.width} y1="46" y2="46" stroke="var(--line-2)" />
          {picture.ticks.map((tick) => (
            <g key={tick.value}>
              <line x1={tick.at} x2={tick.at} y1="46" y2="49" stroke="var(--line-2)" />
              <text x={tick.at} y="61" textAnchor="middle" fill="var(--ink-3)">
                {tick.label}
              </text>
            </g>
          ))}
          {picture.cut === null ? null : (
            <line x1={picture.cut} x2={picture.cut} y1="15" y2="49" stroke="var(--ink)" strokeWidth="1.5" />
          )}
          {picture.dots.map((dot) => (
            <g key={dot.label} transform={`translate(${dot.x} ${30 + dot.row * 5})`}>
              <title>{`${dot.label} ${dot.value.toFixed(4)}`}</title>
              {dot.own ? <circle r="8.5" fill="none" stroke="var(--ink)" strokeWidth="1.5" /> : null}
              {dot.kept ? (
                <circle r="3.2" fill="var(--ink-2)" />
              ) : (
                <path
                  d={STOP_REASON_LOOKS.underperforming.path}
                  fill="var(--idle)"
                  transform="scale(0.75)"
                  data-glyph
                />
              )}
            </g>
          ))}
        </svg>
      ) : null}
    </div>
  )
}
