import { expect, it } from 'vitest'
import { livenessSentence } from './livenessSentence'

const at = Date.parse('2026-11-21T14:41:12Z')

it.each([
  [{ state: 'live', behind: 0.41, heardAt: at } as const, at + 300, 'Live, 0.4 s behind'],
  [{ state: 'live', behind: null, heardAt: at } as const, at + 300, 'Connected'],
  [{ state: 'live', behind: 0.4, heardAt: at } as const, at + 40_000, 'Quiet, shown as of 14:41:12'],
  [{ state: 'reconnecting', behind: 0.4, heardAt: at } as const, at, 'Reconnecting, shown as of 14:41:12'],
  [{ state: 'offline', behind: null, heardAt: null } as const, at, 'Offline'],
  [{ state: 'connecting', behind: null, heardAt: null } as const, at, 'Connecting'],
])('%o says so', (liveness, now, text) => expect(livenessSentence(liveness, now, 'UTC').text).toBe(text))
