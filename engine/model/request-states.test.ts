import { expect, test } from 'vitest'
import { canRequestMove, isLive, REQUEST_TRANSITIONS, type RequestState } from './request-states'

const STATES = Object.keys(REQUEST_TRANSITIONS) as RequestState[]

test('[S37] every state of a request is reached, and what has ended stays so', () => {
  const reached = new Set<RequestState>(['queued'])
  for (const state of reached) for (const next of REQUEST_TRANSITIONS[state]) reached.add(next)
  expect([...reached].sort()).toEqual([...STATES].sort())
  for (const state of STATES.filter((one) => !isLive(one)))
    for (const next of STATES) expect(canRequestMove(state, next)).toBe(state === next)
})

test('[S37] a request that holds GPUs may give them back, begin again, or end', () => {
  expect(STATES.filter((next) => canRequestMove('running', next))).toEqual([
    'queued',
    'running',
    'paused',
    'done',
    'failed',
    'cancelled',
  ])
})
