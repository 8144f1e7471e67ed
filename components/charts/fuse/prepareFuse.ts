import { scaleLinear } from 'd3-scale'
import { type Domain, roundUp } from '../scale/domain'

/** A live request in seconds from now, for one row of "Who runs out of time next?". */
export interface Fuse {
  /** Seconds until its work can go on; 0 where it runs. */
  startsIn: number
  /** Seconds of work that are left at its present configuration. */
  work: number
  /** Seconds until its deadline; negative where it has passed. */
  deadline: number
  running: boolean
}

export interface FusePicture {
  /** Dotted: it waits. */
  wait: readonly [number, number] | null
  /** Work that ends in time, left to right. */
  work: readonly [number, number] | null
  /** Work past the deadline: hatched. */
  late: readonly [number, number] | null
  /** From the end of the work to the deadline. */
  slack: readonly [number, number] | null
  deadlineX: number | null
  sentence: string
}

const seconds = (value: number): string =>
  Math.abs(value) < 100 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`

/** Deadline − now − wait − work, seconds; negative is late. */
export const slackOf = (fuse: Fuse): number => fuse.deadline - fuse.startsIn - fuse.work

/** One axis for all rows: from now to the last deadline or end of work, in three round parts. Seconds. */
export function fuseDomain(fuses: readonly Fuse[]): Domain {
  const last = fuses.reduce((most, fuse) => Math.max(most, fuse.deadline, fuse.startsIn + fuse.work), 0)
  return [0, 3 * roundUp(Math.max(last, 1) / 3)]
}

/** One row: wait, work, slack and deadline in pixels on the shared axis. */
export function prepareFuse(fuse: Fuse, domain: Domain, width: number): FusePicture {
  const scale = scaleLinear().domain(domain).range([0, width]).clamp(true)
  const x = (value: number): number => Math.round(scale(value) * 10) / 10
  const span = (from: number, to: number): readonly [number, number] | null =>
    x(to) - x(from) >= 0.5 ? [x(from), x(to)] : null
  const end = fuse.startsIn + fuse.work
  const inTime = Math.min(end, Math.max(fuse.startsIn, fuse.deadline))
  const slack = slackOf(fuse)
  return {
    wait: span(0, fuse.startsIn),
    work: span(fuse.startsIn, inTime),
    late: span(inTime, end),
    slack: span(end, fuse.deadline),
    deadlineX: fuse.deadline >= domain[0] && fuse.deadline <= domain[1] ? x(fuse.deadline) : null,
    sentence: `${seconds(fuse.work)} of work left, deadline ${
      fuse.deadline < 0 ? `${seconds(-fuse.deadline)} ago` : `in ${seconds(fuse.deadline)}`
    }, ${slack < 0 ? `${seconds(-slack)} late` : `${seconds(slack)} of slack`}`,
  }
}
