import type { Interval } from './model/cluster'
import type { Hold } from './model/plan'

/** Writes an instant for people, in their zone; the engine knows no clock. */
export type WriteInstant = (unixSeconds: number) => string

/**
 * Why something waits, in one sentence with numbers: the hardest reason, then when it is expected to start.
 * The other reasons are for the list below it.
 */
export function waitingSentence(hold: Pick<Hold, 'reasons' | 'expectedStart'>, write: WriteInstant): string {
  const reason = hold.reasons[0]?.message ?? 'Starts with the next decision.'
  if (hold.expectedStart === undefined) return reason
  const sentence = reason.endsWith('.') ? reason.slice(0, -1) : reason
  return `${sentence}: starts about ${instantWithRange(hold.expectedStart, write)}.`
}

/** `15:58 (15:49–16:21)`; the range is left out where it reads the same at both ends. */
export function instantWithRange(interval: Interval, write: WriteInstant): string {
  const [p10, p50, p90] = [write(interval.p10), write(interval.p50), write(interval.p90)]
  return p10 === p90 ? p50 : `${p50} (${p10}–${p90})`
}

/** The label and the effect of the button beside a waiting sentence. */
export function unblockButton(
  unblock: NonNullable<Hold['unblock']>,
  expectedStart: Interval | undefined,
  write: WriteInstant,
): { label: string; effect: string } {
  const instead = expectedStart === undefined ? '' : ` instead of ${write(expectedStart.p50)}`
  const effect = unblock.effect.includes('starts now')
    ? unblock.effect.replace('starts now', `starts now${instead}`)
    : unblock.effect
  const count = Number(unblock.target)
  switch (unblock.action) {
    case 'end-drain':
      return { label: `End the drain of ${unblock.target}`, effect }
    case 'ask-gpus':
      return { label: `Ask for ${count} ${count === 1 ? 'GPU' : 'GPUs'}`, effect }
    case 'raise-priority':
      return { label: `Raise the priority to ${count}`, effect }
    case 'add-node':
      return { label: `Add a node with ${count} ${count === 1 ? 'GPU' : 'GPUs'}`, effect }
  }
}
