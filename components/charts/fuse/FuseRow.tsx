import { useId } from 'react'
import type { Domain } from '../scale/domain'
import { type Fuse, prepareFuse } from './prepareFuse'

interface FuseRowProps {
  fuse: Fuse
  domain: Domain
  width: number
}

const HEIGHT = 26

/** Work left, slack and deadline of one live request. The axis is drawn once, by the head of its table. */
export function FuseRow({ fuse, domain, width }: FuseRowProps) {
  const hatch = useId()
  const picture = prepareFuse(fuse, domain, width)
  const middle = HEIGHT / 2
  const bar = ([from, to]: readonly [number, number], fill: string) => (
    <rect x={from} y={middle - 5} width={to - from} height="10" rx="1" fill={fill} />
  )
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={picture.sentence} className="block">
      <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" fill="var(--bad-bg)" />
        <line x1="0" x2="0" y1="0" y2="6" stroke="var(--bad)" strokeWidth="5" />
      </pattern>
      {picture.wait ? (
        <line
          x1={picture.wait[0] + 1}
          x2={picture.wait[1]}
          y1={middle}
          y2={middle}
          stroke="var(--line-3)"
          strokeWidth="1.5"
          strokeDasharray="1.5 3"
        />
      ) : null}
      {picture.work ? bar(picture.work, fuse.running ? 'var(--run)' : 'var(--ctx)') : null}
      {picture.late ? bar(picture.late, `url(#${hatch})`) : null}
      {picture.slack ? (
        <line
          x1={picture.slack[0]}
          x2={picture.slack[1]}
          y1={middle}
          y2={middle}
          stroke="var(--line-3)"
          strokeWidth="1.5"
        />
      ) : null}
      {picture.deadlineX === null ? null : (
        <line
          x1={picture.deadlineX}
          x2={picture.deadlineX}
          y1={middle - 7}
          y2={middle + 7}
          stroke="var(--ink)"
          strokeWidth="2"
        />
      )}
    </svg>
  )
}
