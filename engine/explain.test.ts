import { describe, expect, it } from 'vitest'
import { instantWithRange, unblockButton, waitingSentence } from './explain'

const write = (instant: number) => `${Math.floor(instant / 60)}:${String(instant % 60).padStart(2, '0')}`
const START = { p10: 600, p50: 660, p90: 725 }
const BUSY = { code: 'gpus-busy' as const, message: 'Needs 8 GPUs on one node.', requested: 8, available: 2 }
const FAIR = {
  code: 'fair-share' as const,
  message: 'Project legal holds 12 GPUs.',
  requested: 13,
  available: 10,
}

describe('waitingSentence', () => {
  it('[F6] the hardest reason with the expected start and its range', () => {
    expect(waitingSentence({ reasons: [BUSY, FAIR], expectedStart: START }, write)).toBe(
      'Needs 8 GPUs on one node: starts about 11:00 (10:00–12:05).',
    )
  })

  it('[F6] without an expected start only the reason; without a reason the next decision', () => {
    expect(waitingSentence({ reasons: [FAIR] }, write)).toBe('Project legal holds 12 GPUs.')
    expect(waitingSentence({ reasons: [] }, write)).toBe('Starts with the next decision.')
  })

  it('[F6] no range where both ends read the same', () => {
    expect(instantWithRange({ p10: 60, p50: 60, p90: 60 }, write)).toBe('1:00')
  })
})

describe('unblockButton', () => {
  it('[P22] says what it does instead of what would happen', () => {
    const effect = 'n3 has 4 free: it starts now'
    expect(unblockButton({ action: 'end-drain', target: 'n3', effect }, START, write)).toEqual({
      label: 'End the drain of n3',
      effect: 'n3 has 4 free: it starts now instead of 11:00',
    })
    expect(
      unblockButton({ action: 'ask-gpus', target: '1', effect: 'starts now' }, undefined, write),
    ).toEqual({
      label: 'Ask for 1 GPU',
      effect: 'starts now',
    })
    expect(unblockButton({ action: 'raise-priority', target: '3', effect: 'x' }, START, write).label).toBe(
      'Raise the priority to 3',
    )
    expect(unblockButton({ action: 'add-node', target: '8', effect: 'x' }, START, write).label).toBe(
      'Add a node with 8 GPUs',
    )
  })
})
