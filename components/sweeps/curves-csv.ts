import type { CurveRun } from '../charts/loss/curve'

const cell = (value: unknown) => {
  const text = value === null || value === undefined || Number.isNaN(value) ? '' : String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** All points of both losses, one line a point: run, measure, step, samples, seconds, loss, parameters. */
export function curvesCsv(runs: readonly CurveRun[]): string {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.params)))]
  const lines = [['run', 'measure', 'step', 'samples', 'seconds', 'loss', ...names].join(',')]
  for (const run of runs)
    for (const measure of ['validation', 'train'] as const) {
      const { steps, samples, seconds, values } = run[measure]
      for (let i = 0; i < steps.length; i += 1)
        lines.push(
          [
            run.label,
            measure,
            steps[i],
            samples[i],
            seconds[i],
            values[i],
            ...names.map((name) => run.params[name]),
          ]
            .map(cell)
            .join(','),
        )
    }
  return `${lines.join('\n')}\n`
}

/** Gives the browser a file to save. */
export function saveText(name: string, text: string, type = 'text/csv'): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
