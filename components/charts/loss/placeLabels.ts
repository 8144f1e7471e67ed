export interface LabelBox {
  id: string
  /** Left edge and the height at which it would like to stand, pixels. */
  x: number
  y: number
  width: number
}

/**
 * Moves labels apart vertically where their boxes meet, keeping their order, inside [top, bottom]. Labels that do not
 * share any x stay where they are. Returns the y of each id.
 */
export function placeLabels(
  labels: readonly LabelBox[],
  { top, bottom, height }: { top: number; bottom: number; height: number },
): Map<string, number> {
  const placed = [...labels].sort((a, b) => a.y - b.y || a.x - b.x).map((label) => ({ ...label }))
  const meet = (a: LabelBox, b: LabelBox) => a.x < b.x + b.width && b.x < a.x + a.width
  for (let round = 0; round < 12; round += 1) {
    let moved = false
    for (let i = 0; i < placed.length; i += 1)
      for (let j = i + 1; j < placed.length; j += 1) {
        const a = placed[i]!
        const b = placed[j]!
        const gap = b.y - a.y
        if (!meet(a, b) || gap >= height - 0.01) continue
        a.y -= (height - gap) / 2
        b.y += (height - gap) / 2
        moved = true
      }
    for (const label of placed) label.y = Math.min(bottom, Math.max(top, label.y))
    if (!moved) break
  }
  return new Map(placed.map((label) => [label.id, label.y]))
}
