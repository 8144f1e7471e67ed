import { expect, it } from 'vitest'
import { nextStop } from './next-stop'

const run = (number: number, samples: number, stopped = true) => ({
  id: `r${number}`,
  number,
  samples,
  state: stopped ? ('parked' as const) : ('training' as const),
  stopReason: stopped ? ('underperforming' as const) : null,
})

it('goes from stop to stop along the axis, and round', () => {
  const runs = [run(1, 300), run(2, 100), run(3, 100), run(4, 50, false)]
  expect(nextStop(runs, null)?.id).toBe('r2')
  expect(nextStop(runs, 'r2')?.id).toBe('r3')
  expect(nextStop(runs, 'r1')?.id).toBe('r2')
  expect(nextStop([run(4, 50, false)], null)).toBeNull()
})
