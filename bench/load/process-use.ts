import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const TICKS_A_SECOND = Number(execFileSync('getconf', ['CLK_TCK']).toString())
const PAGE_BYTES = Number(execFileSync('getconf', ['PAGESIZE']).toString())

/** CPU seconds that a process and all below it have used, those that have ended and were waited for included. */
export function cpuSeconds(pid: number): number {
  return tree(pid).reduce((sum, one) => sum + ownCpuSeconds(one), 0)
}

/** Memory that a process holds now, MiB. */
export function memoryMiB(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return Math.round((pages * PAGE_BYTES) / 2 ** 20)
}

function ownCpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS_A_SECOND
  } catch {
    return 0
  }
}

function tree(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return [
      pid,
      ...children
        .split(' ')
        .filter(Boolean)
        .flatMap((child) => tree(Number(child))),
    ]
  } catch {
    return [pid]
  }
}
