import { describe, expect, test } from 'vitest'
import { fuseDomain, prepareFuse, slackOf } from './prepareFuse'

const running = { startsIn: 0, work: 10, deadline: 40, running: true }

describe('prepareFuse', () => {
  test('work, then slack up to the deadline', () => {
    expect(prepareFuse(running, [0, 100], 200)).toEqual({
      wait: null,
      work: [0, 20],
      late: null,
      slack: [20, 80],
      deadlineX: 80,
      sentence: '10.0 s of work left, deadline in 40.0 s, 30.0 s of slack',
    })
  })

  test('what lies past the deadline is late, and there is no slack', () => {
    const picture = prepareFuse({ startsIn: 20, work: 40, deadline: 50, running: false }, [0, 100], 100)
    expect(picture.wait).toEqual([0, 20])
    expect(picture.work).toEqual([20, 50])
    expect(picture.late).toEqual([50, 60])
    expect(picture.slack).toBeNull()
    expect(picture.sentence).toBe('40.0 s of work left, deadline in 50.0 s, 10.0 s late')
  })

  test('a deadline that has passed leaves only late work', () => {
    const picture = prepareFuse({ startsIn: 5, work: 10, deadline: -3, running: false }, [0, 20], 100)
    expect(picture.work).toBeNull()
    expect(picture.late).toEqual([25, 75])
    expect(picture.deadlineX).toBeNull()
    expect(picture.sentence).toContain('deadline 3.0 s ago')
  })

  test('one axis holds the last deadline and the last end of work', () => {
    expect(fuseDomain([running, { startsIn: 30, work: 80, deadline: 60, running: false }])).toEqual([0, 120])
    expect(fuseDomain([])[1]).toBeCloseTo(1.2)
    expect(slackOf(running)).toBe(30)
  })
})
