import { describe, expect, it } from 'vitest'
import { heatStep } from './HeatRows'
import { progressSentence } from './ProgressBar'
import { prepareHistogram } from './prepareHistogram'
import { preparePeers } from './preparePeers'
import { grownEnd, roundDown, roundUp } from './scale/domain'
import { logTickValues, lossTicks, secondTicks } from './scale/ticks'

describe('peer strip', () => {
  const peers = [0.575, 0.587, 0.588, 0.66, 0.7, 0.9].map((value, i) => ({
    label: `r${i}`,
    value,
    kept: i < 4,
  }))

  it('the cut lies between the last kept and the first behind', () => {
    const picture = preparePeers(peers, { label: 'r26', value: 0.685 }, 4, 300)
    const kept = picture.dots.filter((dot) => dot.kept)
    const behind = picture.dots.filter((dot) => !dot.kept)
    expect(picture.cut).toBeGreaterThan(Math.max(...kept.map((dot) => dot.x)))
    expect(picture.cut).toBeLessThan(Math.min(...behind.map((dot) => dot.x)))
    expect(picture.sentence).toBe('r26 has 0.685, place 5 of 7; the cut keeps 4.')
  })

  it('has no cut line where what was kept is not what is best now', () =>
    expect(
      preparePeers([{ label: 'a', value: 1, kept: true }], { label: 'b', value: 0.5 }, 1, 300).cut,
    ).toBeNull())

  it('dots that would cover each other go down a row', () => {
    const picture = preparePeers(peers, { label: 'r26', value: 0.685 }, 4, 300)
    const [a, b] = picture.dots.filter((dot) => dot.label === 'r1' || dot.label === 'r2')
    expect(a?.row).not.toBe(b?.row)
  })
})

describe('scales', () => {
  it('logarithmic ticks are round and as many as fit', () => {
    expect(logTickValues(0.45, 2.1, 8)).toEqual([0.5, 0.7, 1, 1.5, 2])
    expect(logTickValues(500, 43_000, 7).length).toBeGreaterThanOrEqual(3)
    expect(logTickValues(0.52, 0.58, 6).length).toBeGreaterThanOrEqual(2)
  })
  it('labels of losses have the decimals that tell them apart', () =>
    expect(lossTicks([0.52, 0.54, 0.56]).map((tick) => tick.label)).toEqual(['0.52', '0.54', '0.56']))
  it('seconds become minutes and hours', () =>
    expect(secondTicks([0, 30, 300, 7200]).map((tick) => tick.label)).toEqual(['0', '30 s', '5 min', '2 h']))
  it.each([
    [1.01, 1.25],
    [2, 2],
    [0.0061, 0.008],
  ])('%s rounds up to %s', (value, up) => expect(roundUp(value)).toBe(up))
  it('rounds down', () => expect(roundDown(0.47)).toBe(0.4))
  it('an axis grows by quarters', () =>
    expect([grownEnd(100, 99), grownEnd(100, 101), grownEnd(null, 7)]).toEqual([100, 125, 7]))
})

describe('small marks', () => {
  it('progress has three parts that make 100', () =>
    expect(progressSentence({ trained: 0.203, notNeeded: 0.576 })).toBe(
      '20% trained, 22% to go, 58% not needed',
    ))
  it('progress never promises more than there is', () =>
    expect(progressSentence({ trained: 0.9, notNeeded: 0.5 })).toBe('90% trained, 0% to go, 10% not needed'))
  it.each([
    [0, 0],
    [0.05, 0],
    [0.3, 1],
    [0.6, 2],
    [0.8, 3],
    [1, 4],
  ])('busy %s has step %s', (share, step) => expect(heatStep(share)).toBe(step))
  it('rows beyond the maximum are marked as cut', () => {
    const picture = prepareHistogram(
      [
        { from: 0, to: 64, count: 9 },
        { from: 512, to: 576, count: 2 },
      ],
      512,
      240,
      84,
    )
    expect(picture.bars.map((bar) => bar.cut)).toEqual([false, true])
    expect(picture.cutAt).toBeLessThan(240)
  })
})
