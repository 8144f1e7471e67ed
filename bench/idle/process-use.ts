import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessUse {
  pid: number
  command: string
  /** Its share of memory: what several processes map counts in parts. Unit: bytes. */
  pssBytes: number
  /** Since it started. Unit: seconds. */
  cpuSeconds: number
}

const CLOCK_TICKS = 100

function stat(pid: number): { parent: number; cpuSeconds: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { parent: Number(fields[1]), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS }
  } catch {
    return null
  }
}

/** A process and everything below it, now. Linux only. */
export function processTree(root: number): ProcessUse[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  const parents = new Map(all.map((pid) => [pid, stat(pid)?.parent]))
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === root || isBelow(parents.get(pid)))
  return all.filter(isBelow).flatMap((pid) => {
    const use = stat(pid)
    if (!use) return []
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return [
      {
        pid,
        command,
        pssBytes: Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024,
        cpuSeconds: use.cpuSeconds,
      },
    ]
  })
}
