import { expect, it } from 'vitest'
import { NO_CURVE } from '../charts/loss/curve'
import { curvesCsv } from './curves-csv'

it('one line a point, with the parameters; what has a comma is quoted, NaN is empty', () => {
  const validation = {
    steps: [10, 20],
    samples: [80, 160],
    seconds: [1, 2],
    values: [2.5, Number.NaN],
    from: 2,
  }
  const run = {
    id: 'a',
    label: 'r01',
    params: { rank: 8, target_modules: ['q_proj', 'v_proj'] },
    state: 'training' as const,
    stopReason: null,
    pinned: false,
    best: 2.5,
    validation,
    train: NO_CURVE,
  }
  expect(curvesCsv([run]).split('\n')).toEqual([
    'run,measure,step,samples,seconds,loss,rank,target_modules',
    'r01,validation,10,80,1,2.5,8,"q_proj,v_proj"',
    'r01,validation,20,160,2,,8,"q_proj,v_proj"',
    '',
  ])
})
