import { scaleLinear } from 'd3-scale'
import { formatLoss } from '@/components/ui/format/loss'
import { lossTicks, spaced, type Tick } from './scale/ticks'

export interface StripPeer {
  label: string
  /** Validation loss at the rung. */
  value: number
  kept: boolean
}

export interface PeerStripPicture {
  dots: { label: string; x: number; row: number; kept: boolean; own: boolean; value: number }[]
  /** Where the cut lies: between the last kept and the first behind. */
  cut: number | null
  /** Words at both sides of the cut, where they have room. */
  words: { text: string; x: number; anchor: 'start' | 'end' }[]
  ticks: (Tick & { at: number })[]
  keptCount: number
  sentence: string
}

const DOT = 7

/**
 * Peers at one point on one axis of loss, the kept side at the left. Dots that would cover each other go one row down.
 * `keeps` is how many the cut kept; `own` the run that the decision is about.
 */
export function preparePeers(
  peers: readonly StripPeer[],
  own: { label: string; value: number },
  keeps: number | undefined,
  width: number,
  left = 8,
): PeerStripPicture {
  const all = [...peers.filter((peer) => peer.label !== own.label), { ...own, kept: false }].sort(
    (a, b) => a.value - b.value,
  )
  const low = all[0]!.value
  const high = all.at(-1)!.value
  const pad = Math.max((high - low) * 0.04, 1e-4)
  const scale = scaleLinear()
    .domain([low - pad, high + pad])
    .range([left, width - left])
  const ends: number[] = []
  const dots = all.map((peer) => {
    const x = Math.round(scale(peer.value) * 10) / 10
    let row = ends.findIndex((end) => x - end >= DOT)
    if (row < 0) row = ends.length < 3 ? ends.length : 2
    ends[row] = x
    return { label: peer.label, x, row, kept: peer.kept, own: peer.label === own.label, value: peer.value }
  })
  const kept = all.filter((peer) => peer.kept)
  const behind = all.filter((peer) => !peer.kept)
  const lastKept = kept.at(-1)?.value
  const firstBehind = behind[0]?.value
  const ordered = lastKept !== undefined && firstBehind !== undefined && lastKept <= firstBehind
  const cut = ordered ? Math.round(scale((lastKept + firstBehind) / 2)) : null
  const raw = lossTicks(scale.ticks(6))
  return {
    dots,
    cut,
    words: cut === null ? [] : cutWords(cut, width, keeps ?? kept.length),
    ticks: spaced(raw, scale, 40).map((tick) => ({ ...tick, at: Math.round(scale(tick.value)) })),
    keptCount: keeps ?? kept.length,
    sentence: `${own.label} has ${formatLoss(own.value, 3)}, place ${
      all.findIndex((peer) => peer.label === own.label) + 1
    } of ${all.length}; the cut keeps ${keeps ?? kept.length}.`,
  }
}

const LETTER = 5.9

/** The kept side is named left of the cut, the others right of it; where one side is too narrow the other says both. */
function cutWords(cut: number, width: number, kept: number): PeerStripPicture['words'] {
  const fits = (text: string, room: number) => text.length * LETTER + 6 <= room
  const long = `keeps the best ${kept}`
  const short = `keeps ${kept}`
  const left = fits(long, cut) ? long : fits(short, cut) ? short : null
  const room = width - cut
  if (left === null)
    return [
      { text: fits(`behind, ${short}`, room) ? `behind, ${short}` : short, x: cut + 5, anchor: 'start' },
    ]
  const words: PeerStripPicture['words'] = [{ text: left, x: cut - 5, anchor: 'end' }]
  if (fits('behind', room)) words.push({ text: 'behind', x: cut + 5, anchor: 'start' })
  return words
}
