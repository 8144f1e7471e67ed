import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PYTHON = join(root, 'agent', '.venv', 'bin', 'python')

/** A real process of ours with its output; `kill` with SIGKILL stands for a crash. */
export class TestProcess {
  readonly lines: string[] = []
  private readonly ended: Promise<number | null>

  private constructor(readonly child: ChildProcess) {
    const read = (data: Buffer) => this.lines.push(...data.toString().split('\n').filter(Boolean))
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    this.ended = new Promise((resolve) => child.on('close', (code) => resolve(code)))
  }

  static start(command: string, args: string[], env: Record<string, string>): TestProcess {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return new TestProcess(child)
  }

  get pid(): number {
    return this.child.pid!
  }

  /** Ends it and waits until it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal)
    return this.ended
  }

  /** The first line that contains `text`, waited for. */
  async line(text: string, seconds = 60): Promise<string> {
    return eventually(`a line with ${text} in\n${this.lines.slice(-20).join('\n')}`, seconds, () =>
      this.lines.find((line) => line.includes(text)),
    )
  }
}

/** Processes whose parent is `pid`. */
export function childrenOf(pid: number): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)])
      .toString()
      .trim()
      .split('\n')
      .map(Number)
  } catch {
    return []
  }
}

/** The words that a process was started with; none where it has ended. */
export function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Asks until there is an answer; fails with what was wanted. */
export async function eventually<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined | false | null> | T | undefined | false | null,
): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false && answer !== null) return answer
    if (Date.now() > end) throw new Error(`Waited ${seconds} s for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The control plane from its bundle, as it runs in production. */
export async function startControlPlane(
  databaseUrl: string,
  options: { port: number; dataDir: string; env?: Record<string, string> },
): Promise<TestProcess> {
  const { bundleWhenStale } = await import('../../scripts/bundle.mjs')
  await bundleWhenStale('control-plane')
  return TestProcess.start(process.execPath, ['--enable-source-maps', 'dist/control-plane/main.mjs'], {
    DATABASE_URL: databaseUrl,
    ALTO_GATEWAY_PORT: String(options.port),
    ALTO_DATA_DIR: options.dataDir,
    ...options.env,
  })
}

/** An agent that trains on the CPU with one thread. */
export function startAgent(options: {
  port: number
  name: string
  dataDir: string
  token: string
  env?: Record<string, string>
  /** Where the control plane is, as the agent sees it. */
  host?: string
  /** How many devices its cores are shown as. */
  cpuDevices?: number
  /** A command that runs the agent, such as one that enters a network namespace. */
  within?: readonly string[]
}): TestProcess {
  if (!existsSync(PYTHON)) throw new Error(`There is no ${PYTHON}: run npm install first.`)
  const [command, ...before] = [...(options.within ?? []), PYTHON]
  return TestProcess.start(
    command!,
    [
      ...before,
      '-m',
      'alto_agent',
      '--url',
      `ws://${options.host ?? '127.0.0.1'}:${options.port}/agent`,
      '--name',
      options.name,
      '--data-dir',
      options.dataDir,
      '--devices',
      'cpu',
      '--cpu-devices',
      String(options.cpuDevices ?? 1),
    ],
    {
      ALTO_NODE_TOKEN: options.token,
      OMP_NUM_THREADS: '1',
      PYTHONUNBUFFERED: '1',
      // The environment may be shared with another checkout: the code under test is this one's.
      PYTHONPATH: join(root, 'agent', 'src'),
      ...options.env,
    },
  )
}
