/** The colour of a job on the timeline: 1 to 8 in order of its first block, so that neighbours differ. */
export function jobSeries(jobIds: readonly string[]): Map<string, number> {
  const series = new Map<string, number>()
  for (const id of jobIds) if (!series.has(id)) series.set(id, (series.size % 8) + 1)
  return series
}
