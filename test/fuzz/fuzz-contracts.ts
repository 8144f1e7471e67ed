import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { z } from 'zod'
import { agentCommand } from '../../contracts/agent-commands'
import { agentMessage } from '../../contracts/agent-events'
import { sweepSpec } from '../../contracts/sweep-spec'
import { expandSpec } from '../../server/sweeps/expand-spec'
import { parseSpec } from '../../server/sweeps/parse-spec'
import { arbitraryOfSchema, type FuzzSchema } from './arbitrary-of-schema'
import { damaged } from './damage'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PYTHON = join(root, 'agent', '.venv', 'bin', 'python')

export interface Fuzzed {
  inputs: number
  /** How many were taken as valid: shows that not everything was thrown away at the door. */
  accepted: number
  failures: string[]
}

const CONTRACTS = { AgentCommand: agentCommand, AgentMessage: agentMessage } as const
type ContractName = keyof typeof CONTRACTS

/**
 * What JSON may hold and no message of ours does: half a character (no database stores it; the web refuses it), and
 * whole numbers that a double does not hold exactly (counters end long before).
 */
const isOutside = (text: string) =>
  /\\ud[89a-f]/i.test(text) ||
  (text.match(/(?<![\w.])-?\d{16,}/g) ?? []).some((number) => !Number.isSafeInteger(Number(number)))

const show = (value: unknown) => JSON.stringify(value)?.slice(0, 400) ?? 'undefined'

/** Messages of a contract, whole and damaged, as they would come over the wire. */
function samples(schema: z.ZodType, name: string, count: number, seed: number): unknown[] {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: (id) => id })
  const definitions = schemas as Record<string, FuzzSchema>
  const start =
    definitions[name] ?? (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as FuzzSchema)
  const values = arbitraryOfSchema(start, definitions)
  return fc
    .sample(fc.oneof(values, damaged(values)), { numRuns: count, seed })
    .map((value) => JSON.parse(JSON.stringify(value ?? null)) as unknown)
}

/** Each line in, `[accepted, written back]` out; anything but a refusal by pydantic ends the program with its message. */
const PYTHON_READER = `
import json, sys
from pydantic import TypeAdapter, ValidationError
from alto_agent.contracts.generated import messages
adapter = TypeAdapter(getattr(messages, sys.argv[1]))
for line in sys.stdin:
    try:
        model = adapter.validate_json(line)
        print(json.dumps([True, adapter.dump_json(model, by_alias=True).decode()]))
    except ValidationError:
        print("[false, null]")
    except Exception as error:
        print(json.dumps(["broke", repr(error)[:300]]))
`

function readInPython(name: ContractName, inputs: readonly unknown[]): [boolean | 'broke', string | null][] {
  const { stdout, stderr, status } = spawnSync(PYTHON, ['-c', PYTHON_READER, name], {
    input: inputs.map((input) => JSON.stringify(input)).join('\n'),
    env: { ...process.env, PYTHONPATH: join(root, 'agent', 'src'), OMP_NUM_THREADS: '1' },
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
    timeout: 300_000,
  })
  if (status !== 0) throw new Error(`Python could not read the messages of ${name}: ${stderr.slice(-500)}`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [boolean | 'broke', string | null])
}

/**
 * One contract in both languages: no reader throws, what one accepts survives being written and read again, and what
 * the TypeScript side would send (or takes from the other) is understood over there as well.
 */
function fuzzContract(name: ContractName, count: number, seed: number): Fuzzed {
  const contract = CONTRACTS[name]
  const inputs = samples(contract, name, count, seed)
  const failures: string[] = []
  let accepted = 0
  const python = readInPython(name, inputs)
  // Commands are only read there.
  const writtenInPython = name === 'AgentMessage'
  for (const [index, input] of inputs.entries()) {
    const ours = contract.safeParse(input)
    const [theirs, written] = python[index]!
    if (theirs === 'broke') failures.push(`${name}: Python broke on ${show(input)}: ${written}`)
    if (ours.success) {
      accepted++
      if (!contract.safeParse(JSON.parse(JSON.stringify(ours.data))).success)
        failures.push(`${name}: not read again: ${show(input)}`)
      if (theirs === false && !isOutside(JSON.stringify(input)))
        failures.push(`${name}: zod takes it and pydantic does not: ${show(input)}`)
    } else if (
      writtenInPython &&
      theirs === true &&
      !isOutside(written!) &&
      !contract.safeParse(JSON.parse(written!)).success
    )
      failures.push(`${name}: what Python writes is refused by zod: ${written?.slice(0, 400)}`)
  }
  // Each message was read by two programs.
  return { inputs: inputs.length * 2, accepted, failures }
}

/** The sweep file: every refusal names its fields, and what is accepted can be expanded into runs. */
function fuzzSweepFiles(count: number, seed: number): Fuzzed {
  const failures: string[] = []
  let accepted = 0
  for (const input of samples(sweepSpec, 'none', count, seed))
    try {
      const { spec, problems } = parseSpec(input)
      if (!spec && problems.length === 0) failures.push(`sweep file: refused without a word: ${show(input)}`)
      if (spec && problems.length === 0) {
        accepted++
        expandSpec(spec)
      }
    } catch (error) {
      failures.push(`sweep file: ${(error as Error).message}: ${show(input)}`)
    }
  return { inputs: count, accepted, failures }
}

/** Fuzzes everything that another program or a person writes to us as a message or a file. */
export function fuzzContracts(count: number, seed: number): Fuzzed {
  const parts = [
    fuzzContract('AgentCommand', Math.ceil(count / 5), seed),
    fuzzContract('AgentMessage', Math.ceil(count / 5), seed + 1),
    fuzzSweepFiles(Math.ceil(count / 5), seed + 2),
  ]
  return {
    inputs: parts.reduce((sum, part) => sum + part.inputs, 0),
    accepted: parts.reduce((sum, part) => sum + part.accepted, 0),
    failures: parts.flatMap((part) => part.failures),
  }
}
