import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

/** Writes a benchmark's figures to `bench/results/NAME.json` with the command that made them, and prints them as its last line. */
export function reportResult(name: string, cases: readonly object[]): void {
  const result = {
    name,
    cases,
    machine: {
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      model: cpus()[0]?.model ?? 'unknown',
      node: process.version,
    },
    command: `npm run bench:${name}`,
  }
  writeFileSync(new URL(`../results/${name}.json`, import.meta.url), `${JSON.stringify(result, null, 2)}\n`)
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
