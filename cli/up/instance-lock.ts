import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { processIdentity } from './process-identity'

interface Instance {
  pid: number
  identity: string
  url: string | null
  /** Process groups that it started; what a killed instance left behind is ended from here. */
  groups: { pid: number; identity: string; name: string }[]
}

const fileOf = (dataDir: string) => join(dataDir, 'instance.json')

function read(dataDir: string): Instance | null {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Instance
  } catch {
    return null
  }
}

const isAlive = (one: { pid: number; identity: string }) => processIdentity(one.pid) === one.identity

/** One `alto up` a data folder; remembers the process groups that it started. */
export class InstanceLock {
  private readonly instance: Instance

  private constructor(private readonly dataDir: string) {
    this.instance = { pid: process.pid, identity: processIdentity(process.pid)!, url: null, groups: [] }
  }

  /**
   * Takes the folder, or says who has it. `leftBehind` are process groups of an instance that was killed.
   */
  static take(
    dataDir: string,
  ):
    | { lock: InstanceLock; leftBehind: Instance['groups'] }
    | { heldBy: { pid: number; url: string | null } } {
    const before = read(dataDir)
    if (before && before.pid !== process.pid && isAlive(before)) return { heldBy: before }
    const lock = new InstanceLock(dataDir)
    lock.write()
    return { lock, leftBehind: (before?.groups ?? []).filter(isAlive) }
  }

  setUrl(url: string): void {
    this.instance.url = url
    this.write()
  }

  setGroups(groups: readonly { pid: number; name: string }[]): void {
    this.instance.groups = groups.flatMap(({ pid, name }) => {
      const identity = processIdentity(pid)
      return identity ? [{ pid, name, identity }] : []
    })
    this.write()
  }

  release(): void {
    rmSync(fileOf(this.dataDir), { force: true })
  }

  private write(): void {
    writeFileSync(fileOf(this.dataDir), `${JSON.stringify(this.instance)}\n`)
  }
}
