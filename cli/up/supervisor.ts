import { setTimeout as wait } from 'node:timers/promises'
import type { InstanceLock } from './instance-lock'
import { type GroupSpec, ProcessGroup } from './process-group'
import { Watchdog } from './watchdog'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** A process that ran for so long was fine: the next failure is a new one. */
const HEALTHY_MS = 60_000

/** Starts process groups, starts them again when they fail, and ends them all, last started first. */
export class Supervisor {
  private readonly groups: ProcessGroup[] = []
  private readonly watchdog = new Watchdog()
  private ending = false

  constructor(
    private readonly lock: InstanceLock,
    private readonly report: (line: string) => void,
  ) {}

  /** Starts a group once. */
  async start(spec: GroupSpec): Promise<ProcessGroup> {
    const group = await ProcessGroup.start(spec)
    this.groups.push(group)
    this.remember()
    void group.ended.then(() => this.forget(group))
    return group
  }

  /** Starts a group and keeps it running, with growing waits between failures. The spec is asked for at each start. */
  async keep(spec: () => Promise<GroupSpec> | GroupSpec): Promise<void> {
    const first = await this.start(await spec())
    void this.restart(first, spec)
  }

  private async restart(first: ProcessGroup, spec: () => Promise<GroupSpec> | GroupSpec): Promise<void> {
    let group = first
    let delay = FIRST_WAIT_MS
    for (;;) {
      const startedAt = Date.now()
      const how = await group.ended
      if (this.ending) return
      if (Date.now() - startedAt > HEALTHY_MS) delay = FIRST_WAIT_MS
      const { name, logFile } = group.spec
      this.report(
        `${name} ended (${how}); it starts again in ${(delay / 1000).toFixed(1)} s. Log: ${logFile}`,
      )
      await wait(delay)
      delay = Math.min(delay * 2, LONGEST_WAIT_MS)
      if (this.ending) return
      try {
        group = await this.start(await spec())
      } catch (error) {
        this.report(`${name} could not start: ${(error as Error).message}`)
      }
    }
  }

  /** Ends everything; resolves when no process is left. */
  async end(): Promise<void> {
    this.ending = true
    for (const group of [...this.groups].reverse()) await group.end()
    this.watchdog.dismiss()
  }

  private forget(group: ProcessGroup): void {
    const index = this.groups.indexOf(group)
    if (index >= 0) this.groups.splice(index, 1)
    if (!this.ending) this.remember()
  }

  private remember(): void {
    this.watchdog.guard(this.groups.map((group) => group.pid))
    this.lock.setGroups(this.groups.map((group) => ({ pid: group.pid, name: group.spec.name })))
  }
}
