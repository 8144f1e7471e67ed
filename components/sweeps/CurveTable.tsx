import type { CurveRun, LossMeasure } from '../charts/loss/curve'
import { formatLoss } from '../ui/format/loss'
import { formatCount } from '../ui/format/number'
import { ScrollRegion } from '../ui/ScrollRegion'

/** The chart as a table: where each run started, stands, and was best. */
export function CurveTable({ runs, measure }: { runs: readonly CurveRun[]; measure: LossMeasure }) {
  return (
    <ScrollRegion label="Loss of each run" className="h-full">
      <table className="w-full text-12 tabular-nums">
        <thead className="sticky top-0 bg-surface text-11 text-ink-3">
          <tr>
            {['Run', 'Points', 'Samples', 'First', 'Least', 'Last'].map((head, index) => (
              <th
                key={head}
                scope="col"
                className={index === 0 ? 'py-1 text-left font-normal' : 'py-1 text-right font-normal'}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const { values, samples } = run[measure]
            const finite = Array.from(values).filter(
              (value): value is number => value !== null && Number.isFinite(value),
            )
            return (
              <tr key={run.id} className="border-t border-line">
                <th scope="row" className="py-1 text-left font-550">
                  {run.label}
                </th>
                <td className="text-right">{formatCount(values.length)}</td>
                <td className="text-right">
                  {samples.length > 0 ? formatCount(samples[samples.length - 1]!) : '–'}
                </td>
                <td className="text-right">{formatLoss(finite[0])}</td>
                <td className="text-right">{finite.length > 0 ? formatLoss(Math.min(...finite)) : '–'}</td>
                <td className="text-right">{formatLoss(finite.at(-1))}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
