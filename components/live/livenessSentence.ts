import { formatTimeSeconds } from '../ui/format/time'
import type { Liveness } from './live-store'

export interface LivenessWords {
  tone: 'ok' | 'idle' | 'warn'
  text: string
}

/** What the foot of the sidebar says: "Live, 0.4 s behind", "Reconnecting, shown as of 14:41:12", "Offline". */
export function livenessSentence(liveness: Liveness, timeZone?: string): LivenessWords {
  const asOf =
    liveness.heardAt === null
      ? ''
      : `, shown as of ${formatTimeSeconds(new Date(liveness.heardAt), { timeZone })}`
  if (liveness.state === 'offline') return { tone: 'warn', text: `Offline${asOf}` }
  if (liveness.state === 'reconnecting') return { tone: 'warn', text: `Reconnecting${asOf}` }
  if (liveness.state === 'connecting') return { tone: 'idle', text: 'Connecting' }
  if (liveness.behind === null) return { tone: 'ok', text: 'Connected' }
  return { tone: 'ok', text: liveness.behind < 10 ? `Live, ${liveness.behind.toFixed(1)} s behind` : 'Live' }
}
