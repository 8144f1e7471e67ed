import { describe, expect, it } from 'vitest'
import { alto } from './alto'
import { none } from './none'
import { parsePolicyParams } from './parse-params'
import { POLICIES } from './policies'
import { POLICY_NAMES } from './policy'

const problems = (given: Record<string, unknown>) => {
  const parsed = parsePolicyParams(alto, given)
  return parsed.ok ? [] : parsed.problems
}

describe('parsePolicyParams', () => {
  it('[E16] takes what is given and defaults for the rest', () => {
    const parsed = parsePolicyParams(alto, { keep: 0.5, window: '3' })
    expect(parsed).toEqual({
      ok: true,
      params: {
        warmup: 0.05,
        keep: 0.5,
        window: 3,
        patience: 2,
        tau_gap: 0.1,
        tau_slope: 0.001,
        smoothing: 0.5,
      },
    })
  })

  it.each([
    ['keep', 1.01, 'keep must be a number from 0.001 to 1.'],
    ['keep', 0, 'keep must be a number from 0.001 to 1.'],
    ['keep', 'much', 'keep must be a number from 0.001 to 1.'],
    ['keep', '', 'keep must be a number from 0.001 to 1.'],
    ['keep', ' ', 'keep must be a number from 0.001 to 1.'],
    ['keep', null, 'keep must be a number from 0.001 to 1.'],
    ['keep', Number.POSITIVE_INFINITY, 'keep must be a number from 0.001 to 1.'],
    ['window', 2.5, 'window must be a whole number from 2 to 20.'],
    [
      'budget',
      1,
      'budget is not a setting of policy alto. It has warmup, keep, window, patience, tau_gap, tau_slope, smoothing.',
    ],
  ])('[E16] refuses %s = %s', (field, value, message) => {
    expect(problems({ [field]: value })).toEqual([{ field, message }])
  })

  it('[E16] accepts both bounds', () => {
    expect(problems({ keep: 1, window: 2, patience: '20' })).toEqual([])
    expect(problems({ keep: 0.001 })).toEqual([])
  })

  it('[E16] names every problem at once', () => {
    expect(problems({ keep: 2, window: 1, nix: 3 }).map(({ field }) => field)).toEqual([
      'nix',
      'keep',
      'window',
    ])
  })

  it('[E16] says so where a policy has no settings', () => {
    expect(parsePolicyParams(none, { keep: 1 })).toEqual({
      ok: false,
      problems: [{ field: 'keep', message: 'keep is not a setting of policy none, which has none.' }],
    })
    expect(parsePolicyParams(none, {})).toEqual({ ok: true, params: {} })
  })

  it.each([...POLICY_NAMES])(
    '[E16] %s has a name, words for the form and defaults within its bounds',
    (name) => {
      const policy = POLICIES[name]
      expect(policy.name).toBe(name)
      expect(policy.label).not.toBe('')
      expect(policy.summary).toMatch(/\.$/)
      expect(parsePolicyParams(policy, {}).ok).toBe(true)
      for (const parameter of Object.values(policy.parameters)) {
        expect(parameter.label).not.toBe('')
        expect(parameter.help).toMatch(/\.$/)
        expect(parameter.min).toBeLessThan(parameter.max)
      }
    },
  )
})
