import { formatShare } from '../ui/format/number'
import { stopGlyphColour } from '../ui/StopReason'
import { STOP_REASON_LOOKS } from '../ui/stop-reasons'
import { type LabBar, type LabSweepInput, prepareLabSweep } from './prepareLab'

const ROW = 3
const WIDTH = 240

/** Black trained to the end, the colour of its reason where it stopped; the rest of its row was not needed. */
function barColour(bar: LabBar): string {
  if (bar.isWinner) return 'var(--ok)'
  if (bar.isFound) return 'var(--series-1)'
  if (bar.reason && bar.reason !== 'underperforming') return stopGlyphColour(bar.reason)
  return bar.share >= 1 ? 'var(--ink)' : 'var(--ctx)'
}

/** What a bar says when the pointer rests on it. */
function barSentence(bar: LabBar): string {
  const where = bar.share >= 1 ? 'trained to its end' : `stopped at ${formatShare(bar.share)} of its samples`
  const why = bar.reason ? `, ${STOP_REASON_LOOKS[bar.reason].label.toLowerCase()}` : ''
  return `${bar.config} ${where}${why}${bar.isWinner ? '; wins the full sweep' : bar.isFound ? '; the best found' : ''}`
}

/** How far each recorded run would be let to train, one panel a recorded sweep. */
export function LabMultiples({ sweeps }: { sweeps: readonly LabSweepInput[] }) {
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(260px,1fr))] gap-x-5 gap-y-5 px-4 pb-5">
      {sweeps.map((sweep) => {
        const { title, caption, sentence, bars } = prepareLabSweep(sweep)
        return (
          <figure key={title} className="min-w-0">
            <figcaption className="mb-1.5">
              <span className="block truncate text-12 font-semibold">{title}</span>
              <span className={sweep.winnerKept ? 'block text-11 text-ink-3' : 'block text-11 text-warn'}>
                {caption}
              </span>
            </figcaption>
            <svg
              role="img"
              aria-label={sentence}
              viewBox={`0 0 ${WIDTH} ${bars.length * ROW}`}
              preserveAspectRatio="none"
              className="block h-48 w-full border-b border-l border-line-2 bg-surface"
            >
              {bars.map((bar, index) => (
                <rect
                  key={bar.config}
                  x="0"
                  y={index * ROW}
                  width={Math.max(1, bar.share * WIDTH)}
                  height={bar.isWinner || bar.isFound ? ROW : ROW - 0.6}
                  fill={barColour(bar)}
                >
                  <title>{barSentence(bar)}</title>
                </rect>
              ))}
            </svg>
            <div aria-hidden="true" className="flex justify-between text-11 text-ink-3">
              <span>0</span>
              <span>share of its samples</span>
              <span>100%</span>
            </div>
          </figure>
        )
      })}
    </div>
  )
}
