import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { KubernetesLauncher } from './kubernetes'
import type { Launcher } from './launcher'
import { LocalProcesses } from './local-processes'
import { RayLauncher } from './ray'
import { SlurmLauncher } from './slurm'

const common = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'A launcher has a name of small letters, digits and hyphens.'),
  min: z.int().min(0).default(0),
  max: z.int().min(0).max(10_000).default(8),
  gpusPerAgent: z.int().min(1).default(1),
  /** An agent that had nothing to do for so long is given back. */
  idleMinutes: z.number().min(0).default(15),
}
const python = z.string().default('python3')
const dataDir = z.string()

const launcherSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local'), ...common, python, dataDir }),
  z.strictObject({
    kind: z.literal('slurm'),
    ...common,
    python,
    dataDir,
    sbatch: z.array(z.string()).default([]),
  }),
  z.strictObject({ kind: z.literal('ray'), ...common, python, dataDir, address: z.string().default('auto') }),
  z.strictObject({
    kind: z.literal('kubernetes'),
    ...common,
    namespace: z.string().default('alto'),
    image: z.string(),
    gpus: z.int().min(0).default(1),
    claim: z.string().nullable().default(null),
    envFrom: z.string().nullable().default(null),
  }),
])

export type LauncherSpec = z.output<typeof launcherSpec>

/**
 * Launchers of a YAML file: a list of `{name, kind, min, max, …}`.
 *
 * @throws one sentence that names the file and the field
 */
export function readLaunchers(path: string | undefined): LauncherSpec[] {
  if (!path) return []
  if (!existsSync(path)) throw new Error(`ALTO_LAUNCHERS: there is no ${path}.`)
  const result = z.array(launcherSpec).safeParse(parse(readFileSync(path, 'utf8')))
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  throw new Error(`${path}: ${issue.path.join('.')}: ${issue.message}`)
}

/** The launcher of a description; its agents' names begin with its own. */
export function openLauncher(spec: LauncherSpec): Launcher {
  switch (spec.kind) {
    case 'local':
      return new LocalProcesses(spec)
    case 'slurm':
      return new SlurmLauncher(`${spec.name}-`, spec)
    case 'ray':
      return new RayLauncher(spec)
    case 'kubernetes':
      return new KubernetesLauncher(spec.name, spec)
  }
}
