import { expect, it } from 'vitest'
import { auditSentence } from './audit-words'

const none = { audited: 0, won: 0, pending: 0, worstExcess: 0, share: 0, low: 0, high: 1 }

it('says the count with its interval', () =>
  expect(auditSentence({ ...none, audited: 60, won: 2, share: 1 / 30, low: 0.0092, high: 0.1136 })).toBe(
    '2 of 60 audited stops would have won; the true share lies between 0.9% and 11.4% with 95%.',
  ))

it('claims nothing before there is a verdict', () => {
  expect(auditSentence(none)).toBe('Nothing was audited yet.')
  expect(auditSentence({ ...none, pending: 1 })).toBe(
    '1 audited run still trains; the first verdict comes with the first that ends.',
  )
})
