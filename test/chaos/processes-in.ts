import { readdirSync, readFileSync } from 'node:fs'

export interface Found {
  pid: number
  parent: number
  command: string
  frozen: boolean
}

/** Processes of this machine whose command line names `folder`. */
export function processesIn(folder: string): Found[] {
  return readdirSync('/proc').flatMap((entry): Found[] => {
    if (!/^\d+$/.test(entry)) return []
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      if (!command.includes(folder)) return []
      const [state, parent] = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1]!.split(' ')
      if (state === 'Z') return []
      return [{ pid: Number(entry), parent: Number(parent), command, frozen: state === 'T' }]
    } catch {
      // It ended while it was looked at.
      return []
    }
  })
}
