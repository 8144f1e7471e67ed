/** A trace of many sweeps: the sweeps of a base trace again and again, on more nodes and with more evaluations. */
export function largeTrace(base: string, copies: number, nodes: number, evaluations: number): string {
  const [first, ...sweeps] = base
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const [node] = first.nodes
  const header = {
    ...first,
    nodes: Array.from({ length: nodes }, (_, index) => ({ ...node, id: `n${index}` })),
  }
  const lines = Array.from({ length: copies }, (_, copy) =>
    sweeps.map((sweep) => ({
      ...sweep,
      sweep: `${copy}-${sweep.sweep}`,
      arrival: copy * 4000,
      evaluations,
      seed: sweep.seed + 100 * copy,
    })),
  )
  return [header, ...lines.flat()].map((line) => JSON.stringify(line)).join('\n')
}
