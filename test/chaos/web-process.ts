import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isWebStale, withBuildLock } from '../../cli/up/build-web'
import { eventually, TestProcess } from '../support/processes'

const root = fileURLToPath(new URL('../..', import.meta.url))
const NEXT = join(root, 'node_modules/next/dist/bin/next')
/** Pages are built with what the build asks for; nothing of it is kept in them. */
const SECRET = 'a secret that only this stage signs with'

/** Builds the pages of this checkout where they are older than their sources. */
export async function buildPages(): Promise<void> {
  if (!isWebStale()) return
  await withBuildLock(() => {
    if (isWebStale())
      execFileSync(process.execPath, [NEXT, 'build'], {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...process.env,
          NODE_ENV: 'production',
          NEXT_TELEMETRY_DISABLED: '1',
          ALTO_SECRET: SECRET,
          DATABASE_URL: 'postgresql://127.0.0.1/none',
        },
      })
    return Promise.resolve()
  })
}

/** A web process as it runs in production, and its address; it answers when this resolves. */
export async function startWebProcess(options: {
  databaseUrl: string
  dataDir: string
  port: number
}): Promise<TestProcess> {
  const { databaseUrl, dataDir, port } = options
  const url = `http://127.0.0.1:${port}`
  const started = TestProcess.start(
    process.execPath,
    [NEXT, 'start', '-p', String(port), '-H', '127.0.0.1'],
    {
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      DATABASE_URL: databaseUrl,
      ALTO_DATA_DIR: dataDir,
      ALTO_URL: url,
      ALTO_SECRET: SECRET,
      ALTO_REQUESTS_PER_MINUTE: '1000000',
    },
  )
  await eventually(`the web to answer\n${started.lines.slice(-10).join('\n')}`, 120, () =>
    fetch(`${url}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    ),
  )
  return started
}
