import { expect, it } from 'vitest'
import { livenessSentence } from './livenessSentence'

const at = Date.parse('2026-11-21T14:41:12Z')

it.each([
  [{ state: 'live', behind: 0.41, heardAt: at } as const, 'Live, 0.4 s behind'],
  [{ state: 'live', behind: null, heardAt: at } as const, 'Connected'],
  [{ state: 'reconnecting', behind: 0.4, heardAt: at } as const, 'Reconnecting, shown as of 14:41:12'],
  [{ state: 'offline', behind: null, heardAt: null } as const, 'Offline'],
  [{ state: 'connecting', behind: null, heardAt: null } as const, 'Connecting'],
])('%o says so', (liveness, text) => expect(livenessSentence(liveness, 'UTC').text).toBe(text))
