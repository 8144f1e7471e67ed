import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCurves } from '@/engine/sim/parse-curves'
import type { RecordedSweep } from '@/engine/sim/recorded-sweep'

let loading: Promise<readonly RecordedSweep[]> | undefined

async function readRecordings(): Promise<readonly RecordedSweep[]> {
  const folder = join(process.cwd(), 'bench/curves')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort()
  return Promise.all(
    files.map(async (name) => {
      const parsed = parseCurves(await readFile(join(folder, name), 'utf8'))
      if (!parsed.ok) throw new Error(`${name}: ${parsed.message}`)
      return { ...parsed.sweep, task: name.replace(/\.jsonl$/, '') }
    }),
  )
}

/** The recorded sweeps that ship with Alto, each trained to its end (`bench/curves`). Read once a process. */
export function shippedRecordings(): Promise<readonly RecordedSweep[]> {
  loading ??= readRecordings().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}
