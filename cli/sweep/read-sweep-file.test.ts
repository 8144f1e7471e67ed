import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InputError } from '../errors'
import { readSweepFile } from './read-sweep-file'

describe('readSweepFile', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'alto-sweep-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  it('reads YAML and JSON alike, numbers as numbers', () => {
    const yaml = write('a.yaml', 'name: a\nparameters:\n  learning_rate: {values: [1e-4, 5e-4]}\n')
    const json = write('a.json', '{"name": "a", "parameters": {"learning_rate": {"values": [1e-4, 5e-4]}}}')
    expect(readSweepFile(yaml)).toEqual(readSweepFile(json))
    expect(readSweepFile(yaml).spec).toEqual({
      name: 'a',
      parameters: { learning_rate: { values: [1e-4, 5e-4] } },
    })
  })

  it('finds a data set beside the file, under a name that depends on its content', () => {
    write('rows.jsonl', '{}')
    const file = write('a.yaml', 'dataset: ./rows.jsonl')
    const { upload } = readSweepFile(file)
    expect(upload).toMatchObject({
      path: join(folder, 'rows.jsonl'),
      name: expect.stringMatching(/^rows-[0-9a-f]{8}\.jsonl$/) as string,
    })
    write('rows.jsonl', '{"changed": 1}')
    expect(readSweepFile(file).upload!.name).not.toBe(upload!.name)
  })

  it('leaves built-in, uploaded and hub names alone, and makes a model folder absolute', () => {
    expect(readSweepFile(write('a.yaml', 'dataset: builtin/sql')).upload).toBeNull()
    expect(readSweepFile(write('a.yaml', 'dataset: upload/rows.jsonl')).upload).toBeNull()
    expect(readSweepFile(write('a.yaml', 'dataset: someone/rows')).upload).toBeNull()
    mkdirSync(join(folder, 'model'))
    expect(readSweepFile(write('a.yaml', 'model: ./model')).spec.model).toBe(join(folder, 'model'))
    expect(readSweepFile(write('a.yaml', 'model: someone/model')).spec.model).toBe('someone/model')
  })

  it.each([
    ['missing.yaml', null, /^FILE: .*missing\.yaml does not exist\.$/],
    ['a.yaml', 'name: [1, 2', /^FILE: .* is not valid YAML: /],
    ['a.yaml', '- a list', /^FILE: .* holds no sweep/],
    ['a.yaml', '', /^FILE: .* holds no sweep/],
    ['a.yaml', 'dataset: gone.jsonl', /^dataset: .*gone\.jsonl does not exist\.$/],
  ])('refuses %s in one sentence that names the field', (name, text, sentence) => {
    const path = text === null ? join(folder, name) : write(name, text)
    expect(() => readSweepFile(path)).toThrow(sentence)
    expect(() => readSweepFile(path)).toThrow(InputError)
  })
})
