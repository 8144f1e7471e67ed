import { describe, expect, it } from 'vitest'
import { sweepSpec } from '@/contracts/sweep-spec'
import { checkForm, checkValue, countRuns } from './check-form'
import { emptyParameter, formToSpec, NEW_FORM, type SweepForm, specToForm } from './sweep-form'
import { formToYaml, lineOf, yamlToForm } from './yaml-view'

const named: SweepForm = { ...NEW_FORM, name: 'sql-rank-grid' }

describe('form and sweep file are two views of one value', () => {
  it('a fresh form with a name is a valid sweep file', () => {
    expect(checkForm(named)).toEqual({})
    expect(sweepSpec.parse(formToSpec(named)).parameters.rank).toEqual({ values: [4, 16] })
  })

  it('there and back changes nothing', () => expect(specToForm(formToSpec(named) as never)).toEqual(named))

  it('a range survives', () => {
    const form: SweepForm = {
      ...named,
      method: 'random',
      runs: '40',
      parameters: [{ ...emptyParameter('learning_rate'), how: 'range', min: '1e-5', max: '1e-2' }],
    }
    expect(specToForm(formToSpec(form) as never)).toEqual(form)
    expect(checkForm(form)).toEqual({})
  })

  it('YAML there and back changes nothing, and learning rates stay as written', () => {
    const yaml = formToYaml(named)
    expect(yaml).toContain('  learning_rate: {values: [1e-4, 5e-4, 2e-3]}')
    expect(yamlToForm(yaml)).toEqual({ form: named })
  })

  it('a bare value in the file is one chip', () => {
    const answer = yamlToForm('name: a\nmodel: m\ndataset: d\nparameters:\n  rank: 8\n')
    expect('form' in answer && answer.form.parameters[0]?.texts).toEqual(['8'])
  })

  it('broken YAML names its line', () =>
    expect(yamlToForm('name: a\nparameters: {rank: [1, 2')).toEqual({
      problem: expect.stringMatching(/^Line \d+: /) as string,
    }))

  it('an error marks the line of its parameter', () =>
    expect(formToYaml(named).split('\n')[lineOf(formToYaml(named), 'parameters.rank')!]).toContain('rank:'))
})

describe('what is refused', () => {
  it.each([
    ['dropout', '5', 'Dropout must be below 1. Did you mean 0.5 or 0.05?'],
    ['learning_rate', '2', 'Learning rate must be at most 1. Did you mean 2e-4?'],
    ['learning_rate', '0', 'Learning rate must be above 0.'],
    ['learning_rate', '-1e-4', 'Learning rate must be above 0.'],
    ['rank', '2.5', 'Rank must be a whole number.'],
    ['rank', 'many', 'Rank must be a whole number.'],
    ['lr_scheduler', 'cosin', 'The schedule is one of constant, linear, cosine.'],
  ] as const)('%s %s: %s', (name, text, sentence) => expect(checkValue(name, text)).toBe(sentence))

  it('a name is asked for', () => expect(checkForm(NEW_FORM).name).toBe('Give the sweep a name.'))

  it('a parameter without values', () =>
    expect(checkForm({ ...named, parameters: [emptyParameter('rank')] })['parameters.rank']).toBe(
      'Give at least one value for rank.',
    ))

  it('a range in a grid', () =>
    expect(
      checkForm({ ...named, parameters: [{ ...emptyParameter('rank'), how: 'range', min: '1', max: '8' }] })[
        'parameters.rank'
      ],
    ).toMatch(/^A grid needs values/))

  it('a range the wrong way round', () =>
    expect(
      checkForm({
        ...named,
        method: 'random',
        parameters: [{ ...emptyParameter('rank'), how: 'range', min: '9', max: '8' }],
      })['parameters.rank'],
    ).toBe('The maximum must be above the minimum.'))

  it('text where a number belongs, at its field', () =>
    expect(checkForm({ ...named, epochs: 'two' }).epochs).toBe('Epochs must be a number.'))
})

describe('how many runs', () => {
  it('a grid is the product of what is allowed', () =>
    expect(
      countRuns({
        ...named,
        parameters: [...named.parameters, { ...emptyParameter('dropout'), texts: ['0', '5'] }],
      }),
    ).toEqual({
      total: 18,
      factors: [3, 2, 3, 1],
    }))
  it('random and TPE are what was asked for', () =>
    expect(countRuns({ ...named, method: 'tpe', runs: '40' }).total).toBe(40))
  it('no parameter, no run', () => expect(countRuns({ ...named, parameters: [] }).total).toBe(0))
})
