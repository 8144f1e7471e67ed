import { spawn } from 'node:child_process'

const SECONDS = 60

/**
 * Runs a program to its end and answers its standard output.
 *
 * @throws one sentence with the last line of its errors
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: SECONDS * 1000,
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString()
  })
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)))
    child.on('close', resolve)
  })
  if (code === 0) return output
  const last = errors.trim().split('\n').at(-1) || `it ended with ${code ?? `no answer within ${SECONDS} s`}`
  throw new Error(`${command} failed: ${last}`)
}
