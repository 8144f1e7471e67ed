import { describe, expect, test } from 'vitest'
import type { StoredQuote } from '@/server/serving/stored-quote'
import { gpuNames, quoteSentence, requestLook, shortId, whatOf, whereOf } from './request-words'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 14, 0, second))
const clock = (date: Date) => date.toISOString().slice(11, 19)
const live = { onTime: null, slackMs: 5_000, error: null, endedAt: null, deadlineAt: at(30) }
const quote: StoredQuote = {
  kind: 'promise',
  byAt: at(19),
  confidence: 0.95,
  earliestAt: null,
  code: null,
  alternatives: [],
  words: '',
}
const fewer = { change: 'fewer-steps' as const, width: 48, height: 48, frames: 1, steps: 10, byAt: at(12) }

describe('requestLook', () => {
  test.each([
    [{ ...live, state: 'running' as const }, 'running', 'On time so far'],
    [{ ...live, state: 'running' as const, slackMs: -1 }, 'late', 'Cannot make it'],
    [{ ...live, state: 'paused' as const }, 'paused', 'Paused'],
    [{ ...live, state: 'queued' as const }, 'waiting', 'Waiting'],
    [{ ...live, state: 'queued' as const, onTime: false }, 'late', 'Past its deadline'],
    [{ ...live, state: 'done' as const, onTime: true, endedAt: at(20) }, 'done', 'On time'],
    [{ ...live, state: 'done' as const, onTime: false, endedAt: at(33) }, 'late', 'Late 3.0 s'],
    [{ ...live, state: 'failed' as const, onTime: false }, 'failed', 'Failed'],
    [{ ...live, state: 'cancelled' as const }, 'parked', 'Cancelled'],
  ])('%# says its state', (row, state, word) => {
    expect(requestLook(row)).toEqual({ state, word })
  })
})

describe('words of a request', () => {
  test('what was asked for', () => {
    expect(whatOf({ kind: 'image', width: 48, height: 48, frames: 1 })).toBe('48×48 image')
    expect(whatOf({ kind: 'video', width: 96, height: 64, frames: 16 })).toBe('96×64 video, 16 frames')
    expect(shortId({ id: 'req_ABCDEFG', kind: 'video' })).toBe('v-cdefg')
  })

  test('where it is', () => {
    const running = {
      state: 'running' as const,
      gpuIds: ['node-a/0', 'node-a/1'],
      parkedBytes: null,
      stage: 'denoise' as const,
      steps: 20,
      stepsDone: 4,
    }
    expect(whereOf(running)).toBe('node-a/0, 1, step 5 of 20')
    expect(whereOf({ ...running, stage: 'decode' })).toBe('node-a/0, 1, decoding')
    expect(whereOf({ ...running, state: 'paused', parkedBytes: 2_000_000 })).toMatch(/^parked, \d/)
    expect(whereOf({ ...running, state: 'queued' })).toBe('in line')
    expect(gpuNames(['a/0', 'b/2', 'a/1'])).toBe('a/0, 1 and b/2')
    expect(gpuNames(['a/2', 'a/0', 'a/1', 'a/5', 'a/10'])).toBe('a/0–2, 5, 10')
  })
})

describe('quoteSentence', () => {
  test.each([
    [quote, 'Ready by 14:00:19 with 95%.'],
    [
      { ...quote, kind: 'would-make-it' as const, byAt: null, earliestAt: at(40), alternatives: [fewer] },
      'As asked not before 14:00:40. In time: 10 steps by 14:00:12.',
    ],
    [
      { ...quote, kind: 'refusal' as const, byAt: null, earliestAt: at(50), code: 'no-place' as const },
      'No place before its deadline; the earliest is 14:00:50.',
    ],
    [
      { ...quote, kind: 'refusal' as const, byAt: null, earliestAt: at(50), code: 'line-full' as const },
      'The line is full. No place before 14:00:50.',
    ],
    [{ ...quote, kind: 'unknown' as const, words: 'Nothing was measured yet.' }, 'Nothing was measured yet.'],
  ])('%# reads as one sentence', (given, sentence) => {
    expect(quoteSentence(given, clock)).toBe(sentence)
  })
})
