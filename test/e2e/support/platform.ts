/**
 * The whole platform as a person starts it: `alto up` with its own data folder and ports, real Postgres, web, control
 * plane and agent. One for all journeys of a test run.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../support/postgres'

const ROOT = new URL('../../..', import.meta.url).pathname

export interface Platform {
  url: string
  setupLink: string
  dataDir: string
  /** Of `alto up`; its services are below it. */
  pid: number
  /** Everything that it printed so far. */
  output(): string
  /** Runs `alto ARGS` against this platform. */
  alto(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>
  /** As Ctrl-C does; resolves when the process has ended. */
  stop(): Promise<void>
}

function collect(child: ChildProcess): () => string {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return () => text
}

async function waitFor<T>(find: () => T | undefined, seconds: number, what: () => string): Promise<T> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    const found = find()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Nothing after ${seconds} s. ${what()}`)
}

/** Starts the platform (`alto up OPTIONS`) and resolves when it has printed its set-up link. */
export async function startPlatform(...options: string[]): Promise<Platform> {
  const dataDir = mkdtempSync(join(tmpdir(), 'alto-e2e-'))
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [join(ROOT, 'bin/alto'), 'up', '--port', String(port), '--data-dir', dataDir, ...options],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const output = collect(child)
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const setupLink = await waitFor(
    () => /https?:\/\/\S+\/setup\?token=[\w-]+/.exec(output())?.[0],
    240,
    () => `It printed:\n${output()}`,
  )
  return {
    url: new URL(setupLink).origin,
    setupLink,
    dataDir,
    pid: child.pid!,
    output,
    alto: (...args) =>
      new Promise((resolve) => {
        const command = spawn(process.execPath, [join(ROOT, 'bin/alto'), ...args], {
          cwd: ROOT,
          env: { ...process.env, ALTO_DATA_DIR: dataDir },
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        let stdout = ''
        let stderr = ''
        command.stdout.on('data', (chunk: Buffer) => {
          stdout += chunk.toString()
        })
        command.stderr.on('data', (chunk: Buffer) => {
          stderr += chunk.toString()
        })
        command.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
      }),
    async stop() {
      child.kill('SIGINT')
      await ended
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
