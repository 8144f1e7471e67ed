import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Fuzzed } from './fuzz-contracts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface FuzzedRest extends Fuzzed {
  operations: number
  statuses: Record<string, number>
}

/** Runs schemathesis from the server's own OpenAPI document against it. */
export async function fuzzRest(
  base: string,
  token: string,
  cases: number,
  seed: number,
): Promise<FuzzedRest> {
  const python = process.env.ALTO_FUZZ_PYTHON ?? join(root, 'agent', '.venv', 'bin', 'python')
  const child = spawn(python, [join(root, 'test/fuzz/rest.py'), base, String(cases), String(seed)], {
    env: { ...process.env, ALTO_TOKEN: token, PYTHONWARNINGS: 'ignore' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString()
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`Fuzzing REST ended with ${code}: ${errors.slice(-2000)}`)
  return JSON.parse(output.trim().split('\n').at(-1)!) as FuzzedRest
}
