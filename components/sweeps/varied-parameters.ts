/** Names of the parameters that differ between runs, in the usual order; where only one run exists, all of them. */
const ORDER = [
  'learning_rate',
  'rank',
  'batch_size',
  'alpha',
  'dropout',
  'weight_decay',
  'warmup_ratio',
  'lr_scheduler',
  'target_modules',
  'seed',
]

export function variedParameters(runs: readonly { params: Readonly<Record<string, unknown>> }[]): string[] {
  const values = new Map<string, Set<string>>()
  for (const run of runs)
    for (const [name, value] of Object.entries(run.params)) {
      const known = values.get(name) ?? new Set()
      known.add(JSON.stringify(value))
      values.set(name, known)
    }
  const names = [...values.entries()].filter(([, known]) => known.size > 1).map(([name]) => name)
  const chosen =
    names.length > 0 ? names : ['learning_rate', 'rank', 'batch_size'].filter((name) => values.has(name))
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return chosen.sort((a, b) => place(a) - place(b) || a.localeCompare(b))
}
