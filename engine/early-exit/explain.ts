import type { ExitDecision } from '../model/tuning'

/** The sentence of a decision, from its row alone. Rule E8. */
export function decisionSentence(decision: ExitDecision): string {
  switch (decision.kind) {
    case 'stop':
      return stopSentence(decision)
    case 'pause':
      return `Waits at ${rungName(decision)} for runs that are still coming, at ${at(decision)}.`
    case 'keep':
      return decision.place === undefined
        ? `Goes on after ${rungName(decision)}, at ${at(decision)}.`
        : `${placeSentence(decision)} It goes on.`
    case 'start':
      return 'Starts: a slot is free and it is next in the order of exploration.'
    case 'resume':
      return decision.rung === undefined
        ? `Continues from ${at(decision)}: a slot is free.`
        : `Continues from ${at(decision)}: slots are idle and it is the best of those that ${rungName(decision)} cut.`
  }
}

function stopSentence(decision: ExitDecision): string {
  const { observed, threshold, evaluations, bestLoss } = decision
  switch (decision.reason) {
    case 'non-finite':
      return `Loss was not a number at ${at(decision)}.`
    case 'diverged':
      return decision.rule === 'E21'
        ? `Loss rose for ${count(evaluations, 'evaluation')}, slope ${signed(observed)} (limit ${number(threshold)}).`
        : `Loss rose for ${count(evaluations, 'evaluation')} to ${number(observed)} times its lowest (limit ${number(threshold)}).`
    case 'overfitting':
      return decision.rule === 'E22'
        ? `Gap to training loss ${number(observed)} for ${count(evaluations, 'evaluation')} (limit ${number(threshold)}). ${banked(bestLoss)}`
        : `Loss has risen for ${count(evaluations, 'evaluation')} while training loss fell. ${banked(bestLoss)}`
    case 'underperforming':
      if (decision.place === undefined) {
        return `At ${at(decision)} its best loss was ${loss(observed)}; the middle of its peers was ${loss(threshold)}.`
      }
      return `${placeSentence(decision)}${margin(decision)}`
    case 'plateau':
      return `No gain above noise for ${count(evaluations, 'evaluation')}. Can win.`
    case 'budget':
      return decision.atSamples === 0
        ? 'Never started: the budget was spent on other runs.'
        : `The budget was spent, at ${at(decision)}.`
    case 'out-of-memory':
      return 'Did not fit, not even alone.'
    case 'preempted':
      return 'Gave way to other work; comes back.'
    case 'user':
      return 'Stopped by a person.'
    case undefined:
      return `Stopped at ${at(decision)}.`
  }
}

function placeSentence(decision: ExitDecision): string {
  const { place, keeps, peers, observed } = decision
  const value = observed === null ? 'not a number' : loss(observed)
  const name = decision.rule === 'E63' ? 'its loss, corrected for what is still to come,' : 'its loss'
  return `At ${at(decision)} ${name} was ${value}, place ${place} of ${peers.length} that had reached ${rungName(decision)}. The cut keeps ${keeps}.`
}

function margin({ observed, threshold, spread }: ExitDecision): string {
  if (observed === null || threshold === null || observed <= threshold) return ''
  const missed = ` It missed by ${loss(observed - threshold)}`
  if (spread === undefined || spread <= 0) return `${missed}.`
  return `${missed}, which is ${((observed - threshold) / spread).toFixed(1)} times the spread of its last evaluations.`
}

function banked(bestLoss: number | undefined): string {
  return bestLoss === undefined
    ? 'Best checkpoint kept, can win.'
    : `Best checkpoint (${loss(bestLoss)}) kept, can win.`
}

function rungName({ rung }: ExitDecision): string {
  return rung === undefined ? 'the rung' : `rung ${rung}`
}

function at({ atSamples }: ExitDecision): string {
  return `${grouped(atSamples)} ${atSamples === 1 ? 'sample' : 'samples'}`
}

function count(value: number | undefined, noun: string): string {
  return value === undefined ? `some ${noun}s` : `${value} ${noun}${value === 1 ? '' : 's'}`
}

/** Losses have three decimals in sentences, small ones three significant digits. */
function loss(value: number | null): string {
  if (value === null) return 'not a number'
  return Math.abs(value) >= 0.1 || value === 0 ? value.toFixed(3) : String(Number(value.toPrecision(3)))
}

function number(value: number | null): string {
  return value === null ? 'not a number' : String(Number(value.toPrecision(3)))
}

function signed(value: number | null): string {
  return value !== null && value > 0 ? `+${number(value)}` : number(value)
}

function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}
