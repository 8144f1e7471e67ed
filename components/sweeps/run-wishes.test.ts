import { expect, it } from 'vitest'
import { canRevive, canStop, runsDone } from './run-wishes'

it('says what was done to one run and to several', () => {
  expect(runsDone([{ number: 7 }], 'stop')).toBe('r07 stopped and parked.')
  expect(runsDone([{ number: 7 }, { number: 8 }], 'pin')).toBe(
    '2 runs pinned: early exit will not stop them.',
  )
})

it('what trains can be stopped, what has ended can be revived, never both', () => {
  for (const state of ['waiting', 'training', 'parked', 'done', 'failed'] as const)
    expect(canStop({ state })).toBe(!canRevive({ state }))
})
