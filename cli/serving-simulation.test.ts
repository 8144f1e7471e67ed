import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkLog } from '../engine/sim/serving/check-log'
import type { ServingLogEvent } from '../engine/sim/serving/log'
import { aTraceRequest, smallProfile, smallTimes } from '../test/builders/serving'
import { InputError } from './errors'
import { runServingSimulation } from './serving-simulation'

const trace = [
  aTraceRequest({ id: 'v1', resolution: 'high', deadlineMs: 9000 }),
  aTraceRequest({ id: 'i1', kind: 'image', resolution: 's', arrivalMs: 40, deadlineMs: 400 }),
]
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'alto-serving-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Files {
  profile?: unknown
  trace?: string
}

function options(files: Files = {}, given: Record<string, string> = {}) {
  const profile = join(folder, 'profile.json')
  const traceFile = join(folder, 'trace.jsonl')
  const profileText =
    typeof files.profile === 'string' ? files.profile : JSON.stringify(files.profile ?? smallProfile)
  writeFileSync(profile, profileText)
  writeFileSync(traceFile, files.trace ?? trace.map((request) => JSON.stringify(request)).join('\n'))
  return { profile, trace: traceFile, gpus: '2', nodes: '1', policy: 'alto', json: true as const, ...given }
}

const line = (change: Record<string, unknown>) =>
  `${JSON.stringify(trace[0])}\n\n${JSON.stringify({ ...trace[1], ...change })}`

describe('alto simulate serving', () => {
  it('[S9] prints the summary of interfaces.md and writes a log that the checker accepts', async () => {
    const events = join(folder, 'events.jsonl')
    const summary = JSON.parse(await runServingSimulation(options({}, { events }))) as Record<string, unknown>
    expect(Object.keys(summary)).toEqual([
      'policy',
      'requests',
      'attainment',
      'latencyMs',
      'gpuBusy',
      'preemptions',
      'spChanges',
      'solveMs',
    ])
    expect(summary).toMatchObject({
      policy: 'alto',
      requests: 2,
      attainment: { overall: 1, image: 1, video: 1 },
    })
    const lines = readFileSync(events, 'utf8').trimEnd().split('\n')
    const log = lines.map((text) => JSON.parse(text) as ServingLogEvent)
    expect(checkLog({ log, trace, times: smallTimes, nodeOfGpu: [0, 0] })).toEqual([])
    expect(log).toHaveLength(26)
  })

  it('[S9] has null where there is nothing to say', async () => {
    const only = options({ trace: JSON.stringify(trace[0]) })
    const summary: unknown = JSON.parse(await runServingSimulation(only))
    expect(summary).toMatchObject({
      attainment: { image: null },
      latencyMs: { image: { p50: null, p99: null } },
    })
  })

  it('[S9] prints text for people without --json', async () => {
    const { json: _, ...human } = options()
    expect(await runServingSimulation(human)).toMatch(
      /^2 requests under alto: 100\.0% on time\nimages on time/,
    )
  })

  it.each<[string, Files, Record<string, string>, RegExp]>([
    ['no such policy', {}, { policy: 'best' }, /^--policy must be one of .*alto.*, not "best"\.$/],
    ['no GPUs', {}, { gpus: '0' }, /^--gpus must be a whole number from 1 to 4096, not "0"\.$/],
    ['half a GPU', {}, { gpus: '1.5' }, /^--gpus must be a whole number/],
    ['nodes of unequal size', {}, { gpus: '8', nodes: '3' }, /^--nodes 3 does not divide --gpus 8 evenly\.$/],
    [
      'no such file',
      {},
      { trace: '/nowhere/t.jsonl' },
      /^--trace: \/nowhere\/t\.jsonl cannot be read \(ENOENT\)\.$/,
    ],
    ['a profile that is no JSON', { profile: '{' }, {}, /profile\.json is not JSON: /],
    ['a profile without images', { profile: { video: [] } }, {}, /profile\.json: image is missing\.$/],
    [
      'rows that are no list',
      { profile: { ...smallProfile, image: 3 } },
      {},
      /image must be a list, not 3\.$/,
    ],
    [
      'a step of no time',
      {
        profile: { ...smallProfile, video: [smallProfile.video[0], { ...smallProfile.video[1], stepMs: 0 }] },
      },
      {},
      /profile\.json, video row 2: stepMs must be above 0\.$/,
    ],
    [
      'a negative decode',
      { profile: { ...smallProfile, image: [{ ...smallProfile.image[0], decodeMs: -1 }] } },
      {},
      /image row 1: decodeMs must be 0 or more, not -1\.$/,
    ],
    [
      'a row that is there twice',
      { profile: { ...smallProfile, image: [smallProfile.image[0], smallProfile.image[0]] } },
      {},
      /image s batch 1 is there twice\.$/,
    ],
    [
      'no rows',
      { profile: { ...smallProfile, image: [], video: [] } },
      {},
      /image and video have no rows\.$/,
    ],
    [
      'no switch cost',
      { profile: { ...smallProfile, switchMs: null } },
      {},
      /switchMs must be a number, not null\.$/,
    ],
    ['an empty trace', { trace: '\n\n' }, {}, /trace\.jsonl: the trace has no requests\.$/],
    [
      'a line that is no JSON',
      { trace: `${JSON.stringify(trace[0])}\nnope` },
      {},
      /trace\.jsonl, line 2 is not JSON: /,
    ],
    ['a line that is no object', { trace: '[1]' }, {}, /line 1 must be an object, not \[1\]\.$/],
    [
      'no steps',
      { trace: line({ steps: 0 }) },
      {},
      /line 3: steps must be a whole number of 1 or more, not 0\.$/,
    ],
    ['a missing id', { trace: line({ id: undefined }) }, {}, /line 3: id is missing\.$/],
    ['an id twice', { trace: line({ id: 'v1' }) }, {}, /line 3: id "v1" is already on line 1\.$/],
    [
      'an unknown kind',
      { trace: line({ kind: 'audio' }) },
      {},
      /line 3: kind must be image or video, not "audio"\.$/,
    ],
    [
      'a deadline before the arrival',
      { trace: line({ deadlineMs: 40 }) },
      {},
      /deadlineMs must be after arrivalMs \(40\), not 40\.$/,
    ],
    [
      'a size that was not profiled',
      { trace: line({ resolution: 'xl' }) },
      {},
      /resolution xl is not in the profile, which has image\/s, image\/l\.$/,
    ],
    [
      'frames that were not profiled',
      { trace: line({ kind: 'video', resolution: 'low', frames: 7 }) },
      {},
      /resolution low with 7 frames is not in the profile/,
    ],
    [
      'a text for a number',
      { trace: line({ arrivalMs: '40' }) },
      {},
      /arrivalMs must be a number, not "40"\.$/,
    ],
    ['an endless weight', { trace: line({ weight: -2 }) }, {}, /weight must be 0 or more, not -2\.$/],
    [
      'a model that needs more GPUs than a node has',
      {
        profile: { ...smallProfile, video: [{ ...smallProfile.video[4] }] },
        trace: JSON.stringify(trace[0]),
      },
      { gpus: '2' },
      /^--gpus: v1 needs 4 GPUs on one node and there are 2\.$/,
    ],
    [
      'a folder for events',
      {},
      { events: '/nowhere/e.jsonl' },
      /^--events: \/nowhere\/e\.jsonl cannot be written/,
    ],
  ])('[S35] refuses %s in one sentence', async (_, files, given, sentence) => {
    const error = await runServingSimulation(options(files, given)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InputError)
    expect((error as InputError).message).toMatch(sentence)
    expect((error as InputError).message.split('\n')).toHaveLength(1)
  })

  it('[S35] takes an image without frames and resolutions as numbers', async () => {
    const numbers = { ...smallProfile, image: [{ ...smallProfile.image[0], resolution: 720 }] }
    const image = { id: 'i', kind: 'image', arrivalMs: 0, deadlineMs: 900, steps: 2, resolution: 720 }
    const summary: unknown = JSON.parse(
      await runServingSimulation(options({ profile: numbers, trace: JSON.stringify(image) })),
    )
    expect(summary).toMatchObject({ requests: 1, attainment: { image: 1 } })
  })
})
