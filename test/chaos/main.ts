/**
 * `npm run chaos -- --faults 200 --seed 1`: real processes, random faults, and a check of everything that was claimed,
 * written and stopped. `--matrix` goes through the whole restart matrix instead. Prints one JSON object last; exit code
 * 1 where a rule was broken.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { random } from '../../engine/random'
import { matrix, randomFaults, type Target } from './fault'
import { Namespace } from './namespace'
import { storm } from './storm'

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '20' },
    seed: { type: 'string', default: '0' },
    matrix: { type: 'boolean', default: false },
    /** Seconds of a lease; 60 s of the issue are one lease. */
    lease: { type: 'string', default: '6' },
    steps: { type: 'string', default: '400' },
    agents: { type: 'string', default: '2' },
    /** `relay` even where network namespaces could be made. */
    cut: { type: 'string', default: 'auto' },
    /** No further fault begins after so many seconds. */
    seconds: { type: 'string', default: '86400' },
    /** Folder for what all processes wrote. */
    logs: { type: 'string', default: '' },
    /** File for the report, beside standard output. */
    out: { type: 'string', default: '' },
  },
})
const whole = (name: 'faults' | 'seed' | 'steps' | 'agents' | 'seconds', least: number): number => {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= least) return value
  process.stderr.write(`--${name} is ${values[name]}; use a whole number from ${least}.\n`)
  process.exit(2)
}
const seed = whole('seed', 0)
const leaseSeconds = Number(values.lease)
if (!(leaseSeconds >= 2)) {
  process.stderr.write(`--lease is ${values.lease}; use 2 seconds or more.\n`)
  process.exit(2)
}
const targets: Target[] = ['agent', 'control-plane', 'web', 'postgres', 'executor']
const namespaces = values.cut === 'auto' && Namespace.possible()
const faults = values.matrix
  ? random(seed).shuffle(matrix(targets))
  : randomFaults(whole('faults', 1), targets, random(seed))
const report = await storm({
  seed,
  faults,
  steps: whole('steps', 40),
  agents: whole('agents', 1),
  leaseSeconds,
  namespaces,
  web: true,
  overlap: values.matrix ? 0 : 0.15,
  logs: values.logs,
  budgetSeconds: whole('seconds', 1),
  say: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
})
const [cpu] = cpus()
const full = {
  ...report,
  seed,
  kind: values.matrix ? 'matrix' : 'random',
  leaseSeconds,
  cut: namespaces ? 'network namespaces' : 'relay',
  machine: { cpu: cpu?.model ?? 'unknown', cores: cpus().length },
}
if (values.out) {
  mkdirSync(new URL('../../bench/results/', import.meta.url), { recursive: true })
  writeFileSync(values.out, `${JSON.stringify(full, null, 2)}\n`)
}
process.stdout.write(`${JSON.stringify(full)}\n`)
process.exitCode = report.violations.length > 0 || report.recovered < report.faults ? 1 : 0
