import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { syntheticSweep } from '../../engine/sim/synthetic-sweep'
import { registerReplay } from './replay'

const folder = mkdtempSync(join(tmpdir(), 'alto-replay-'))
const curves = join(folder, 'curves.jsonl')

beforeAll(() => {
  const { runs, ...header } = syntheticSweep({ seed: 4, runs: 20 })
  writeFileSync(curves, [header, ...runs].map((line) => JSON.stringify(line)).join('\n'))
  writeFileSync(join(folder, 'broken.jsonl'), '{"task":"t"}\n{}')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What the command prints. */
async function run(...args: string[]): Promise<string> {
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  try {
    const program = new Command().exitOverride()
    registerReplay(program)
    await program.parseAsync(['node', 'alto', 'replay', ...args])
  } finally {
    write.mockRestore()
  }
  return printed
}

describe('alto replay', () => {
  it('[E92] prints one JSON object with the fields that others rely on', async () => {
    const answer = JSON.parse(
      await run(curves, '--policy', 'adaptive', '--set', 'budget=0.3', '--slots', '2', '--json'),
    )
    expect(Object.keys(answer)).toEqual([
      'policy',
      'samplesUsed',
      'samplesFull',
      'savedFraction',
      'bestFull',
      'bestFound',
      'lossRatio',
      'stopped',
    ])
    expect(answer.policy).toBe('adaptive')
    expect(answer.savedFraction).toBeGreaterThan(0.68)
    expect(answer.savedFraction).toBeCloseTo(1 - answer.samplesUsed / answer.samplesFull, 12)
    expect(Object.keys(answer.stopped[0])).toEqual(['config', 'samples', 'reason'])
  })

  it('[E92] says the same in words', async () => {
    expect(await run(curves, '--policy', 'none')).toMatch(
      /^none trained 96,\d{3} of 96,\d{3} samples: 0\.0% saved\.\nBest found: r\d+ with \d\.\d{4}\.\n.*\(ratio 1\.0000\)\.\nNo run was stopped\.\n$/,
    )
    expect(await run(curves, '--policy', 'alto')).toMatch(/Stopped: .*\d+ underperforming/)
  })

  it.each([
    [['nix.jsonl', '--policy', 'none'], /^There is no file nix\.jsonl\.$/],
    [[folder, '--policy', 'none'], /is a folder; curves are one file of JSON lines\.$/],
    [[join(folder, 'broken.jsonl'), '--policy', 'none'], /broken\.jsonl: Line 1: trainSamples must be/],
    [[curves, '--policy', 'best'], /^--policy must be one of adaptive, .*, not "best"\.$/],
    [[curves, '--policy', 'toString'], /^--policy must be one of/],
    [
      [curves, '--policy', 'none', '--slots', '0'],
      /^--slots must be a whole number of at least 1, not "0"\.$/,
    ],
    [[curves, '--policy', 'none', '--slots', '1.5'], /^--slots must be a whole number/],
    [
      [curves, '--policy', 'none', '--seed', '-1'],
      /^--seed must be a whole number of at least 0, not "-1"\.$/,
    ],
    [[curves, '--policy', 'asha', '--set', 'grace'], /^--set takes key=value, not "grace"\.$/],
    [
      [curves, '--policy', 'asha', '--set', 'grace=x'],
      /^--set: grace must be a number from 0\.001 to 0\.99\.$/,
    ],
    [[curves, '--policy', 'asha', '--set', 'budget=1'], /^--set: budget is not a setting of policy asha\./],
  ])('[E93] refuses %j', async (args, message) => {
    await expect(run(...args)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message),
    })
  })
})
