import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type AgentCommand, agentCommand } from '../../../contracts/agent-commands'
import { type AgentMessage, agentMessage } from '../../../contracts/agent-events'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const python = join(root, 'agent', '.venv', 'bin', 'python')

/** Reads messages with the generated models and writes them back, `null` where they are refused. */
const PROGRAM = `
import json, sys
from pydantic import TypeAdapter, ValidationError
from alto_agent.contracts.generated import messages
adapter = TypeAdapter(getattr(messages, sys.argv[1]))
out = []
for item in json.load(sys.stdin):
    try:
        model = adapter.validate_python(item)
        out.append(json.loads(adapter.dump_json(model, by_alias=True, exclude_none=False)))
    except ValidationError:
        out.append(None)
json.dump(out, sys.stdout)
`

function throughPython(union: 'AgentCommand' | 'AgentMessage', messages: unknown[]): unknown[] {
  const output = execFileSync(python, ['-c', PROGRAM, union], {
    input: JSON.stringify(messages),
    env: { ...process.env, PYTHONPATH: join(root, 'agent', 'src') },
  })
  return JSON.parse(output.toString()) as unknown[]
}

const at = '2026-01-02T03:04:05.678901Z'
const run = { runId: 'r', attempt: 1, epoch: 2 }
const write = { ...run, token: 'attempt_t' }
const config = {
  learningRate: 1e-4,
  rank: 8,
  alpha: 16,
  dropout: 0,
  weightDecay: 0.01,
  batchSize: 4,
  targetModules: ['q_proj', 'v_proj'],
  lrScheduler: 'cosine' as const,
  warmupRatio: 0.1,
  seed: 3,
}
const data = { dataset: 'builtin/arithmetic', maxLength: 64, training: 'sft-completion' as const }

const COMMANDS: AgentCommand[] = [
  {
    type: 'welcome',
    protocol: 2,
    nodeId: 'n',
    heartbeatSeconds: 2,
    leaseSeconds: 60,
    ackedSeq: 0,
    identity: 'secret',
  },
  { type: 'refuse', code: 'token', message: 'No.' },
  { type: 'ack', seq: 12 },
  { type: 'renew', beat: 3, attempts: [run], leaseSeconds: 60 },
  {
    type: 'start-executor',
    executorId: 'x',
    devices: [0, 1],
    model: 'm',
    dtype: 'auto',
    slots: 4,
    maxLength: 64,
    part: { firstRank: 2, ranks: 4, near: 2, meeting: '10.0.0.7:40123' },
  },
  { type: 'stop-executor', executorId: 'x' },
  {
    type: 'start-run',
    ...write,
    sweepId: 's',
    executorId: 'x',
    config,
    data,
    epochs: 1.5,
    maxSteps: null,
    evaluations: 20,
    restore: null,
  },
  { type: 'park-run', ...write },
  { type: 'identity', identity: 'node_new' },
  { type: 'drop-checkpoints', paths: ['runs/r/attempt-1/step-3'] },
  {
    type: 'query',
    queryId: 'q',
    question: {
      kind: 'suggest',
      space: { rank: { values: [1, 2] } },
      count: 2,
      seed: 0,
      told: [{ params: { rank: 1 }, value: null }],
      pending: [{ rank: 2 }],
    },
  },
]

const MESSAGES: AgentMessage[] = [
  {
    type: 'hello',
    protocol: 2,
    agentVersion: '0.1.0',
    name: 'n',
    devices: [{ index: 0, kind: 'cpu', name: 'CPU', memoryBytes: 2 ** 40 }],
    cpuCores: 2,
    memoryBytes: 2 ** 34,
    labels: { rack: 'a' },
    running: [{ ...run, executorId: 'x', step: 5 }],
    executors: ['x'],
    lastSeq: 2 ** 40,
  },
  {
    type: 'heartbeat',
    beat: 1,
    at,
    devices: [{ index: 0, utilisation: 0.5, memoryUsedBytes: null, temperatureC: null, powerW: null }],
    cpuUtilisation: 1,
    memoryUsedBytes: 1,
    strangers: [{ index: 0, pid: 7, name: 'python', memoryBytes: null }],
  },
  {
    type: 'events',
    events: [
      {
        seq: 1,
        event: {
          kind: 'metrics',
          ...write,
          steps: [1, 2],
          samples: [4, 8],
          at: [1.5, 2.5],
          series: { train_loss: [0.5, null] },
        },
      },
      {
        seq: 2,
        event: {
          kind: 'evaluation',
          ...write,
          at,
          step: 2,
          samples: 8,
          trainLoss: null,
          valLoss: null,
          seconds: 0.1,
          tokens: 100,
        },
      },
      {
        seq: 3,
        event: {
          kind: 'attempt',
          ...write,
          at,
          state: 'started',
          step: 0,
          samples: 0,
          reason: null,
          message: null,
          facts: {
            totalSteps: 10,
            fullSamples: 40,
            trainSamples: 100,
            validationSamples: 10,
            epochs: 0.4,
            memoryBytes: 7_000_000,
          },
          admission: null,
        },
      },
    ],
  },
  { type: 'identity-stored' },
  { type: 'reply', queryId: 'q', ok: true, result: { any: [1, 'thing', null] }, error: null },
]

describe('contracts', () => {
  test('every message means the same in TypeScript and in Python', () => {
    expect(throughPython('AgentCommand', COMMANDS)).toEqual(COMMANDS.map((one) => agentCommand.parse(one)))
    expect(throughPython('AgentMessage', MESSAGES)).toEqual(MESSAGES.map((one) => agentMessage.parse(one)))
  })

  test('both refuse the same: unknown tags, missing fields, wrong types, bounds', () => {
    const [welcome, , , , , , start] = COMMANDS
    const broken: unknown[] = [
      { ...welcome, type: 'of-tomorrow' },
      { ...welcome, nodeId: undefined },
      { ...welcome, ackedSeq: -1 },
      { ...welcome, ackedSeq: 1.5 },
      { ...start, epoch: 0 },
      { ...start, config: { ...config, lrScheduler: 'zigzag' } },
      { type: 'query', queryId: 'q', question: { kind: 'of-tomorrow' } },
    ]
    expect(throughPython('AgentCommand', broken)).toEqual(broken.map(() => null))
    for (const one of broken) expect(agentCommand.safeParse(one).success).toBe(false)
  })

  test('the Python models are those of the contracts', () => {
    const check = () =>
      execFileSync(process.execPath, ['--import', 'tsx', 'contracts/generate/main.ts', '--check'], {
        cwd: root,
      })
    expect(check).not.toThrow()
  })
})
