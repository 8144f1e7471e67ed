import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

export interface GroupSpec {
  name: string
  command: string
  args: readonly string[]
  cwd?: string
  env: Readonly<Record<string, string | undefined>>
  logFile: string
  uid?: number
  gid?: number
  /** How it is asked to end; Postgres ends its clients on SIGINT and waits for them on SIGTERM. */
  stopSignal?: 'SIGTERM' | 'SIGINT'
  /** Sees every piece of its output. */
  onOutput?: (text: string) => void
}

const GRACE_MS = 10_000

/** True while any process of the group is left. */
export function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Asks a whole group to end, then insists. Resolves when nothing of it is left. */
export async function endGroup(
  pid: number,
  signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM',
  graceMs = GRACE_MS,
): Promise<void> {
  const send = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name)
    } catch {
      // It ended in between.
    }
  }
  send(signal)
  for (const until = Date.now() + graceMs; Date.now() < until && isGroupAlive(pid); ) await wait(50)
  if (isGroupAlive(pid)) send('SIGKILL')
  for (const until = Date.now() + 2_000; Date.now() < until && isGroupAlive(pid); ) await wait(20)
}

/** A child in a process group of its own, with its output in a log file, so that all of it can be ended at once. */
export class ProcessGroup {
  readonly pid: number
  /** Resolves with the exit code (or the signal) of the first process. */
  readonly ended: Promise<number | NodeJS.Signals>

  private constructor(
    readonly spec: GroupSpec,
    child: ChildProcess,
    log: WriteStream,
  ) {
    this.pid = child.pid!
    const write = (chunk: Buffer) => {
      log.write(chunk)
      spec.onOutput?.(chunk.toString())
    }
    child.stdout!.on('data', write)
    child.stderr!.on('data', write)
    this.ended = new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        log.end()
        resolve(signal ?? code ?? 0)
      })
    })
  }

  /** @throws where the program does not exist or may not be run. */
  static async start(spec: GroupSpec): Promise<ProcessGroup> {
    const log = createWriteStream(spec.logFile, { flags: 'a' })
    // A full disk must not end the platform; what cannot be logged is lost.
    log.on('error', () => {})
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env as NodeJS.ProcessEnv,
      uid: spec.uid,
      gid: spec.gid,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', () => resolve())
      child.once('error', reject)
    })
    return new ProcessGroup(spec, child, log)
  }

  end(): Promise<void> {
    return endGroup(this.pid, this.spec.stopSignal)
  }
}
