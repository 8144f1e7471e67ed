/** Runs programs side by side and says of each how it ended; the output of a failed one is printed whole. */
import { spawn } from 'node:child_process'

/**
 * @param {{name: string, command: string[]}[]} steps
 * @param {{cwd: string, atOnce: number}} options
 * @returns {Promise<string[]>} names of the steps that failed
 */
export async function runSteps(steps, { cwd, atOnce }) {
  const waiting = [...steps]
  const failed = []
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const startedAt = Date.now()
      const { code, output } = await capture(step.command, cwd)
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
      process.stdout.write(`${code === 0 ? '✔' : '✘'} ${step.name}, ${seconds} s\n`)
      if (code === 0) continue
      failed.push(step.name)
      process.stdout.write(`${output}\n`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return failed
}

function capture([command, ...args], cwd) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }))
  })
}
