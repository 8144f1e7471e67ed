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
  const varied = [...values.entries()].filter(([, known]) => known.size > 1).map(([name]) => name)
  const names = varied.filter(
    (name) => name !== 'alpha' || !varied.includes('rank') || !follows(runs, 'alpha', 'rank'),
  )
  const chosen =
    names.length > 0 ? names : ['learning_rate', 'rank', 'batch_size'].filter((name) => values.has(name))
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return chosen.sort((a, b) => place(a) - place(b) || a.localeCompare(b))
}

/** True where each value of `of` comes with one value of `name`: alpha that is always twice the rank says nothing new. */
function follows(
  runs: readonly { params: Readonly<Record<string, unknown>> }[],
  name: string,
  of: string,
): boolean {
  const seen = new Map<unknown, unknown>()
  return runs.every(({ params }) => {
    if (!seen.has(params[of])) seen.set(params[of], params[name])
    return seen.get(params[of]) === params[name]
  })
}
