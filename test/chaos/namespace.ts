import { execFileSync } from 'node:child_process'

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString()

/**
 * A network namespace with one real (virtual) cable to this machine: pulled out, packets are lost and nobody is told.
 * Needs root; `Namespace.possible()` tells.
 */
export class Namespace {
  private constructor(
    private readonly name: string,
    private readonly near: string,
    /** This machine as seen from inside. */
    readonly host: string,
  ) {}

  /** Whether this process may make network namespaces. */
  static possible(): boolean {
    const name = `alto-probe-${process.pid}`
    try {
      ip('netns', 'add', name)
      ip('netns', 'del', name)
      return true
    } catch {
      return false
    }
  }

  /** @param number from 0 to 255, another one for each namespace on this machine */
  static make(number: number): Namespace {
    const name = `alto-${process.pid}-${number}`
    const near = `alto${process.pid % 10_000}n${number}`
    const far = `alto${process.pid % 10_000}f${number}`
    const block = `10.${180 + (process.pid % 60)}.${number}`
    ip('netns', 'add', name)
    const made = new Namespace(name, near, `${block}.1`)
    try {
      ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far)
      ip('link', 'set', far, 'netns', name)
      ip('addr', 'add', `${block}.1/24`, 'dev', near)
      ip('link', 'set', near, 'up')
      ip('-n', name, 'addr', 'add', `${block}.2/24`, 'dev', far)
      ip('-n', name, 'link', 'set', far, 'up')
      ip('-n', name, 'link', 'set', 'lo', 'up')
    } catch (error) {
      made.close()
      throw error
    }
    return made
  }

  /** A command that starts what follows it inside. */
  get within(): readonly string[] {
    return ['ip', 'netns', 'exec', this.name]
  }

  cut(): void {
    ip('link', 'set', this.near, 'down')
  }

  mend(): void {
    ip('link', 'set', this.near, 'up')
  }

  close(): void {
    ip('netns', 'del', this.name)
  }
}
