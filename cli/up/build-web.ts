import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CHECKOUT } from './checkout'
import { processIdentity } from './process-identity'
import type { Supervisor } from './supervisor'

const SOURCES = ['app', 'components', 'server', 'engine', 'contracts', 'generated', 'public']
const FILES = [
  'next.config.ts',
  'package-lock.json',
  'postcss.config.mjs',
  'proxy.ts',
  'instrumentation.ts',
  'tsconfig.json',
]

function newestChange(path: string): number {
  if (!existsSync(path)) return 0
  const own = statSync(path)
  if (!own.isDirectory()) return /\.test\.tsx?$/.test(path) ? 0 : own.mtimeMs
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestChange(join(path, name))), 0)
}

/** True where the pages that are built are older than their sources. */
export function isWebStale(): boolean {
  const built = join(CHECKOUT, '.next', 'BUILD_ID')
  if (!existsSync(built)) return true
  const changedAt = Math.max(...[...SOURCES, ...FILES].map((name) => newestChange(join(CHECKOUT, name))))
  return changedAt > statSync(built).mtimeMs
}

/** Two instances of one checkout share what is built: the second one waits for the first. */
export async function withBuildLock(work: () => Promise<void>): Promise<void> {
  // Not in .next: a build begins by emptying that.
  const lock = join(CHECKOUT, 'dist', 'building-web')
  mkdirSync(join(CHECKOUT, 'dist'), { recursive: true })
  for (;;) {
    try {
      mkdirSync(lock)
      mkdirSync(join(lock, String(process.pid)))
      break
    } catch {
      const holder = existsSync(lock) ? Number(readdirSync(lock)[0]) : Number.NaN
      if (Number.isInteger(holder) && !processIdentity(holder)) rmSync(lock, { recursive: true, force: true })
      else await wait(500)
    }
  }
  try {
    await work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** Builds the pages when they are stale. */
export async function buildWeb(
  supervisor: Supervisor,
  logFile: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (!isWebStale()) return
  await withBuildLock(async () => {
    if (!isWebStale()) return
    rmSync(join(CHECKOUT, '.next', 'BUILD_ID'), { force: true })
    const build = await supervisor.start({
      name: 'the build of the pages',
      command: process.execPath,
      args: [join(CHECKOUT, 'node_modules/next/dist/bin/next'), 'build'],
      cwd: CHECKOUT,
      env: { ...env, NEXT_TELEMETRY_DISABLED: '1' },
      logFile,
    })
    const how = await build.ended
    if (how !== 0) throw new Error(`The pages could not be built (${how}). The log is ${logFile}.`)
  })
}
