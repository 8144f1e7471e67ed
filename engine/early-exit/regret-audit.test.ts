import { describe, expect, it } from 'vitest'
import { STOP_REASONS } from '../model/reasons'
import { type AuditedStop, auditReport, isAudited } from './regret-audit'
import { wilsonInterval } from './wilson-interval'

const stopped = (changes: Partial<AuditedStop>): AuditedStop => ({
  sweepId: 's',
  runId: 'r',
  rule: 'E63',
  bestLoss: 2,
  bestFound: 1,
  complete: true,
  ...changes,
})

describe('isAudited', () => {
  const ids = Array.from({ length: 4000 }, (_, index) => `r${index}`)
  const drawn = (seed: number, share: number) =>
    ids.filter((id) => isAudited(seed, id, 'underperforming', share))

  it('[E71] draws about the share, the same each time, another set for another seed', () => {
    expect(drawn(1, 0.1).length / ids.length).toBeCloseTo(0.1, 1)
    expect(drawn(1, 0.1)).toEqual(drawn(1, 0.1))
    expect(drawn(1, 0.1)).not.toEqual(drawn(2, 0.1))
    expect(drawn(1, 0)).toEqual([])
    expect(drawn(1, 1)).toEqual(ids)
  })

  it('[E71] a larger share audits the same runs and more', () => {
    const larger = new Set(drawn(1, 0.2))
    expect(drawn(1, 0.1).every((id) => larger.has(id))).toBe(true)
  })

  it('[E71] audits only stops by a rule that can be wrong', () => {
    expect(STOP_REASONS.filter((reason) => isAudited(1, 'r', reason, 1))).toEqual([
      'diverged',
      'overfitting',
      'underperforming',
      'plateau',
    ])
  })
})

describe('auditReport', () => {
  it('[E72] counts who ended below the best that was found', () => {
    const stops = [
      stopped({ bestLoss: 0.8 }),
      stopped({}),
      stopped({ bestLoss: 1 }),
      stopped({ bestLoss: null }),
    ]
    expect(auditReport(stops)).toMatchObject({ audited: 4, won: 1, pending: 0, share: 0.25 })
    expect(auditReport(stops).worstExcess).toBeCloseTo(0.25, 10)
  })

  it('[E72] has a verdict before the end only for who has won already', () => {
    const stops = [stopped({ complete: false }), stopped({ complete: false, bestLoss: 0.5 })]
    expect(auditReport(stops)).toMatchObject({ audited: 1, won: 1, pending: 1, worstExcess: 1 })
  })

  it('[E72] any loss wins where nothing was found, without an excess', () => {
    expect(auditReport([stopped({ bestFound: null })])).toMatchObject({ won: 1, worstExcess: 0 })
    expect(auditReport([stopped({ bestFound: null, bestLoss: null })])).toMatchObject({ audited: 1, won: 0 })
  })

  it('[E73] pools over sweeps, with an interval', () => {
    const stops = Array.from({ length: 40 }, (_, index) =>
      stopped({ sweepId: `s${index % 4}`, bestLoss: index === 0 ? 0.5 : 2 }),
    )
    const report = auditReport(stops)
    expect(report).toMatchObject({ audited: 40, won: 1, share: 0.025 })
    expect(report.low).toBeCloseTo(0.0044, 4)
    expect(report.high).toBeCloseTo(0.1288, 4)
  })

  it('[E73] says nothing where nothing was audited', () => {
    expect(auditReport([])).toEqual({
      audited: 0,
      won: 0,
      pending: 0,
      worstExcess: 0,
      share: 0,
      low: 0,
      high: 1,
    })
  })
})

describe('wilsonInterval', () => {
  it('[E73] is the score interval', () => {
    // Newcombe 1998, table I: 81 of 263 and 15 of 148.
    expect(wilsonInterval(81, 263)).toMatchObject({
      low: expect.closeTo(0.2553, 4),
      high: expect.closeTo(0.3662, 4),
    })
    expect(wilsonInterval(15, 148)).toMatchObject({
      low: expect.closeTo(0.0624, 4),
      high: expect.closeTo(0.1605, 4),
    })
  })

  it('[E73] stays within 0 and 1', () => {
    expect(wilsonInterval(0, 20)).toMatchObject({ share: 0, low: 0, high: expect.closeTo(0.1611, 4) })
    expect(wilsonInterval(20, 20)).toMatchObject({ share: 1, high: 1, low: expect.closeTo(0.8389, 4) })
  })
})
