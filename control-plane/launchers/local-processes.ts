import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentOrder, EngineAgent, Launcher } from './launcher'

export interface LocalOptions {
  dataDir: string
  python: string
}

/** Agents as children of the control plane, on its machine: for trying several nodes out. They end with it. */
export class LocalProcesses implements Launcher {
  private readonly children = new Map<string, { child: ChildProcess; name: string }>()

  constructor(private readonly options: LocalOptions) {}

  machines(): Promise<null> {
    return Promise.resolve(null)
  }

  list(): Promise<EngineAgent[]> {
    return Promise.resolve(
      [...this.children].map(([id, { name }]) => ({ id, name, state: 'running', where: 'this machine' })),
    )
  }

  start({ name, url, joinToken }: AgentOrder): Promise<void> {
    const { dataDir } = this.options
    const folder = join(dataDir, 'agents', name)
    mkdirSync(folder, { recursive: true })
    const log = openSync(join(folder, 'agent.log'), 'a')
    const child = spawn(
      this.options.python,
      ['-m', 'alto_agent', '--url', url, '--name', name, '--data-dir', dataDir],
      { env: { ...process.env, ALTO_NODE_TOKEN: joinToken }, stdio: ['ignore', log, log] },
    )
    const id = String(child.pid ?? name)
    this.children.set(id, { child, name })
    child.on('error', () => this.children.delete(id))
    child.on('close', () => this.children.delete(id))
    return Promise.resolve()
  }

  stop(id: string): Promise<void> {
    this.children.get(id)?.child.kill('SIGTERM')
    return Promise.resolve()
  }

  async close(): Promise<void> {
    const ending = [...this.children.values()].map(
      ({ child }) => new Promise<void>((resolve) => child.once('close', () => resolve())),
    )
    for (const { child } of this.children.values()) child.kill('SIGTERM')
    await Promise.all(ending)
  }
}
