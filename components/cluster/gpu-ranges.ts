/** GPU ids as people write them: n1/0–3, n2/0, n2/2. */
export function gpuRanges(ids: readonly string[]): string {
  const byNode = new Map<string, number[]>()
  const odd: string[] = []
  for (const id of ids) {
    const slash = id.lastIndexOf('/')
    const index = Number(id.slice(slash + 1))
    if (slash < 0 || !Number.isInteger(index)) odd.push(id)
    else byNode.set(id.slice(0, slash), [...(byNode.get(id.slice(0, slash)) ?? []), index])
  }
  const words = [...byNode].flatMap(([node, indices]) => {
    const stretches: [number, number][] = []
    for (const index of [...new Set(indices)].sort((a, b) => a - b)) {
      const open = stretches.at(-1)
      if (open && index === open[1] + 1) open[1] = index
      else stretches.push([index, index])
    }
    return stretches.map(([first, last]) =>
      first === last ? `${node}/${first}` : `${node}/${first}–${last}`,
    )
  })
  return [...words, ...odd].join(', ')
}
