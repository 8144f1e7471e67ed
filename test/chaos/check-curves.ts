/** One stored value of a run: `attempt` wrote it. */
export interface Point {
  run: number
  attempt: number
  name: string
  step: number
  value: number | null
}

/** One try of a run, and the step of the state that it went on from. */
export interface Try {
  run: number
  attempt: number
  fromStep: number
}

export interface Curves {
  /** Steps that each run has trained according to its row, by the run's number. */
  steps: ReadonlyMap<number, number>
  tries: readonly Try[]
  points: readonly Point[]
}

/** Depends on nothing but the run: the same in every attempt and beside any neighbours. */
const EXACT = new Set(['train_loss', 'val_loss', 'eval_train_loss', 'learning_rate', 'grad_norm'])
/** Written at every step. */
const DENSE = 'train_loss'

/**
 * Compares the curves of a disturbed sweep with those of the same sweep left alone: no step without its metric, none
 * from nowhere (each attempt goes on right after the state that it began from), and every value the same to the last bit.
 */
export function checkCurves(
  disturbed: Curves,
  calm: Curves,
): { violations: string[]; expected: number; stored: number } {
  const violations: string[] = []
  const strange = new Map<number, string[]>()
  const reference = new Map(
    calm.points.map((point) => [`${point.run} ${point.name} ${point.step}`, point.value]),
  )
  for (const point of disturbed.points) {
    if (!EXACT.has(point.name)) continue
    const value = reference.get(`${point.run} ${point.name} ${point.step}`)
    if (Object.is(value, point.value)) continue
    const found = strange.get(point.run) ?? []
    strange.set(point.run, found)
    found.push(
      `${point.name} at step ${point.step} is ${point.value} in attempt ${point.attempt}, left alone it is ${value ?? 'not there'}`,
    )
  }
  for (const [run, found] of strange)
    violations.push(`Run ${run}: ${found[0]!} (${found.length} values differ).`)
  let expected = 0
  let stored = 0
  for (const [run, steps] of disturbed.steps) {
    const dense = disturbed.points.filter((point) => point.run === run && point.name === DENSE)
    const seen = new Set(dense.map((point) => point.step))
    expected += steps
    stored += seen.size
    const lost = Array.from({ length: steps }, (_, i) => i + 1).filter((step) => !seen.has(step))
    if (lost.length > 0)
      violations.push(`Run ${run}: the metrics of ${lost.length} steps were lost, the first is ${lost[0]!}.`)
    const beyond = [...seen].find((step) => step > steps)
    if (beyond !== undefined)
      violations.push(`Run ${run}: step ${beyond} was stored, but the run is at ${steps}.`)
    violations.push(...gaps(run, dense, disturbed.tries))
  }
  return { violations, expected, stored }
}

function gaps(run: number, dense: readonly Point[], tries: readonly Try[]): string[] {
  return tries
    .filter((one) => one.run === run)
    .flatMap(({ attempt, fromStep }) => {
      const steps = dense
        .filter((point) => point.attempt === attempt)
        .map((point) => point.step)
        .sort((a, b) => a - b)
      const wrong = steps.find((step, index) => step !== fromStep + 1 + index)
      return wrong === undefined
        ? []
        : [`Run ${run}, attempt ${attempt} began from step ${fromStep}, and step ${wrong} does not follow.`]
    })
}
