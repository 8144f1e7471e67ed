import type { StopReason } from '@/engine/model/reasons'
import { formatLoss } from '../ui/format/loss'
import { formatShare, plural } from '../ui/format/number'

export interface LabRun {
  config: string
  /** How far it was let to train, as a share of its recording. */
  share: number
  reason?: StopReason
}

export interface LabSweepInput {
  task: string
  saved: number
  excess: number
  winnerKept: boolean
  bestFull: { config: string; valLoss: number }
  bestFound: { config: string; valLoss: number }
  runs: readonly LabRun[]
}

export interface LabBar extends LabRun {
  /** Wins the full sweep. */
  isWinner: boolean
  /** The best that the policy found, where that is another run. */
  isFound: boolean
}

export interface LabMultiple {
  title: string
  /** One line of figures. */
  caption: string
  /** One sentence for who cannot see the bars. */
  sentence: string
  /** Longest first, so that the shape shows how sharply the policy cuts. */
  bars: readonly LabBar[]
}

/** An excess over the best loss of the full sweep with as many decimals as it deserves: 0, 0.04%, 1.3%. */
export function formatExcess(excess: number): string {
  const percent = excess * 100
  if (Math.abs(percent) < 0.005) return '0%'
  return `${percent.toFixed(Math.abs(percent) < 1 ? 2 : 1)}%`
}

/** One recorded sweep of the rule lab, decided for drawing. */
export function prepareLabSweep(sweep: LabSweepInput): LabMultiple {
  const bars = sweep.runs
    .map((run) => ({
      ...run,
      isWinner: run.config === sweep.bestFull.config,
      isFound: !sweep.winnerKept && run.config === sweep.bestFound.config,
    }))
    .sort((a, b) => b.share - a.share || (a.config < b.config ? -1 : 1))
  const ended = sweep.runs.filter((run) => run.share >= 1).length
  const loss = sweep.winnerKept
    ? `best ${formatLoss(sweep.bestFull.valLoss)} kept`
    : `best ${formatLoss(sweep.bestFound.valLoss)} instead of ${formatLoss(sweep.bestFull.valLoss)}`
  return {
    title: sweep.task,
    caption: `${formatShare(sweep.saved)} saved, ${loss}`,
    sentence: `${sweep.task}: ${ended} of ${plural(sweep.runs.length, 'run')} trained to the end, ${formatShare(sweep.saved)} of the samples saved, ${loss}.`,
    bars,
  }
}
