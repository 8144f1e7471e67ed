/**
 * Dual feasible functions of a share x in [0, 1]: whatever shares fit into 1, their values fit into 1
 * (Fekete and Schepers 2001; Clautiaux, Alves and Valério de Carvalho 2010). All of them grow with x.
 *
 * @param shares the values at which they will be used; thresholds are chosen among them
 */
export function dualFunctions(shares: readonly number[]): ((share: number) => number)[] {
  const functions: ((share: number) => number)[] = [(share) => share]
  for (let parts = 1; parts <= 6; parts++) functions.push((share) => roundedDown(share, parts))
  for (const threshold of thresholds(shares, 12)) {
    functions.push((share) => (share > 1 - threshold ? 1 : share >= threshold ? share : 0))
    functions.push((share) => counted(share, threshold))
  }
  return functions
}

/** (parts + 1) · share, rounded down where it is not whole and to one less where it is, over parts. */
function roundedDown(share: number, parts: number): number {
  return Math.max(0, Math.ceil((parts + 1) * share - 1e-9) - 1) / parts
}

/** How many pieces of `threshold` the share keeps out, over how many fit into the whole. */
function counted(share: number, threshold: number): number {
  const fit = Math.floor(1 / threshold)
  if (share > 0.5) return 1 - Math.floor((1 - share) / threshold) / fit
  return share >= threshold ? 1 / fit : 0
}

/** Shares up to a half at which a threshold changes something, spread evenly, each a hair below what it keeps. */
function thresholds(shares: readonly number[], count: number): number[] {
  const useful = [...new Set(shares.flatMap((share) => [share, 1 - share]))]
    .filter((share) => share > 1e-6 && share <= 0.5)
    .sort((a, b) => a - b)
  const chosen =
    useful.length <= count
      ? useful
      : Array.from({ length: count }, (_, i) => useful[Math.round((i * (useful.length - 1)) / (count - 1))]!)
  return chosen.map((share) => share * (1 - 1e-12))
}
