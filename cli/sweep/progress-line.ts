import type { SweepSummary } from '../client/answers'
import { count, duration, share } from '../output/format'

const WIDTH = 30

/** Trained, to go, not needed: the three parts that the pages draw too. */
function bar(sweep: SweepSummary): string {
  const full = Math.max(1, sweep.samplesFull)
  const trained = Math.round((sweep.samplesUsed / full) * WIDTH)
  const saved = Math.min(WIDTH - trained, Math.round((sweep.samplesSaved / full) * WIDTH))
  return `${'█'.repeat(trained)}${'░'.repeat(Math.max(0, WIDTH - trained - saved))}${'╱'.repeat(saved)}`
}

/** Seconds to the end: the forecast, else what is left at the speed so far; `null` before anything has trained. */
export function secondsLeft(sweep: SweepSummary, now: Date): number | null {
  if (sweep.end) return Math.max(0, (Date.parse(sweep.end.p50) - now.getTime()) / 1000)
  if (!sweep.startedAt || sweep.samplesUsed === 0) return null
  const elapsed = (now.getTime() - Date.parse(sweep.startedAt)) / 1000
  const left = Math.max(0, sweep.samplesFull - sweep.samplesUsed - sweep.samplesSaved)
  return (elapsed / sweep.samplesUsed) * left
}

/** One line for a terminal: bar, share, runs, ETA. */
export function progressLine(sweep: SweepSummary, now: Date): string {
  if (sweep.state === 'waiting' && sweep.samplesUsed === 0) {
    const why = sweep.hold?.reasons[0]?.message ?? 'It waits for its turn.'
    return `${sweep.name} is waiting. ${why}`
  }
  const settled = Math.min(1, (sweep.samplesUsed + sweep.samplesSaved) / Math.max(1, sweep.samplesFull))
  const left = secondsLeft(sweep, now)
  const eta = left === null ? '' : `, about ${duration(left)} left`
  const best = sweep.best ? `, best ${sweep.best.valLoss.toFixed(4)}` : ''
  const { training, parked, done, total } = sweep.runs
  return `${bar(sweep)} ${share(settled)}  ${training} of ${count(total)} train, ${parked} stopped, ${done} done${best}${eta}`
}
