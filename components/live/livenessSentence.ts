import { formatTimeSeconds } from '../ui/format/time'
import type { Liveness } from './live-store'

/** After this long without a word what is shown is no longer called live. Unit: seconds. */
export const QUIET_SECONDS = 15

export interface LivenessWords {
  tone: 'ok' | 'idle' | 'warn'
  text: string
}

/** What the foot of the sidebar says: "Live, 0.4 s behind", "Reconnecting, shown as of 14:41:12", "Offline". */
export function livenessSentence(liveness: Liveness, now: number, timeZone?: string): LivenessWords {
  const asOf =
    liveness.heardAt === null
      ? ''
      : `, shown as of ${formatTimeSeconds(new Date(liveness.heardAt), { timeZone })}`
  if (liveness.state === 'offline') return { tone: 'warn', text: `Offline${asOf}` }
  if (liveness.state === 'reconnecting') return { tone: 'warn', text: `Reconnecting${asOf}` }
  if (liveness.state === 'connecting') return { tone: 'idle', text: 'Connecting' }
  if (liveness.heardAt !== null && now - liveness.heardAt > QUIET_SECONDS * 1000)
    return { tone: 'warn', text: `Quiet${asOf}` }
  if (liveness.behind === null) return { tone: 'ok', text: 'Connected' }
  return { tone: 'ok', text: liveness.behind < 10 ? `Live, ${liveness.behind.toFixed(1)} s behind` : 'Live' }
}
