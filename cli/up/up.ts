import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InputError } from '../errors'
import { buildWeb } from './build-web'
import { CHECKOUT } from './checkout'
import { type DataDir, openDataDir, writeOwnerOnly } from './data-dir'
import { startEmbeddedPostgres } from './embedded-postgres'
import { freePortFrom, isPortFree } from './free-port'
import { installPython } from './install-python'
import { InstanceLock } from './instance-lock'
import { DEFAULT_PORT, parsePort, type UpOptions } from './options'
import { hasOwner, issueSecret, migrate, prepareRows } from './prepare-database'
import { endGroup } from './process-group'
import {
  type Addresses,
  agentOf,
  controlPlaneService,
  hasAgentIdentity,
  webEnv,
  webService,
} from './services'
import { SETUP_LINK_HOURS } from './setup-link'
import { Supervisor } from './supervisor'
import { waitForWeb } from './wait-for-web'

const GATEWAY_PORT = 7412

export interface Platform {
  url: string
  dataDir: string
  token: string
  /** Where the first account is made, once; `null` where there is one. */
  setupLink: string | null
  /** Resolves when everything has ended. */
  ended: Promise<void>
  end(): Promise<void>
}

export type Report = (line: string) => void

async function webPort(options: UpOptions): Promise<number> {
  if (options.port === undefined) return freePortFrom(DEFAULT_PORT, options.host)
  const port = parsePort(options.port)
  if (!(await isPortFree(port, options.host)))
    throw new InputError(`--port: ${port} is in use by another program.`)
  return port
}

async function takeFolder(dataDir: DataDir, report: Report): Promise<InstanceLock> {
  const taken = InstanceLock.take(dataDir.path)
  if ('heldBy' in taken) {
    const { pid, url } = taken.heldBy
    throw new InputError(
      `--data-dir: Alto already runs on ${dataDir.path} (process ${pid}${url ? `, ${url}` : ''}). Stop it first, or give another folder.`,
    )
  }
  if (taken.leftBehind.length > 0)
    report(
      `Ending what a killed instance left behind: ${taken.leftBehind.map((one) => one.name).join(', ')}.`,
    )
  await Promise.all(taken.leftBehind.map((one) => endGroup(one.pid, 'SIGINT')))
  return taken.lock
}

/** Starts the whole platform on this machine; resolves when the dashboard answers. */
export async function startPlatform(options: UpOptions, report: Report): Promise<Platform> {
  const dataDir = openDataDir(options.dataDir)
  const port = await webPort(options)
  const lock = await takeFolder(dataDir, report)
  const supervisor = new Supervisor(lock, report)
  let ending: Promise<void> | undefined
  let starting = true
  const end = () => {
    ending ??= supervisor.end().then(() => lock.release())
    return ending
  }
  const ended = new Promise<void>((resolve) => {
    const stop = () =>
      void end().then(() => {
        // What still starts may wait for something that never comes, such as a database that is away.
        if (starting) process.exit(130)
        resolve()
      })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  })
  try {
    const { to, setupLink } = await startServices(
      dataDir,
      { ...options, port: String(port) },
      supervisor,
      report,
    )
    lock.setUrl(to.url)
    starting = false
    return { url: to.url, dataDir: dataDir.path, token: dataDir.secrets.cliToken, setupLink, ended, end }
  } catch (error) {
    await end()
    throw error
  }
}

async function startServices(
  dataDir: DataDir,
  options: UpOptions,
  supervisor: Supervisor,
  report: Report,
): Promise<{ to: Addresses; setupLink: string | null }> {
  const log = (name: string) => join(dataDir.logs, name)
  const python =
    options.agent && options.controlPlane
      ? installPython(supervisor, log('install-python.log'), report)
      : Promise.resolve()
  // Heard at once, although it is awaited last.
  python.catch(() => {})
  const to = await addresses(options)
  const building = options.dev
    ? Promise.resolve()
    : buildWeb(supervisor, log('build.log'), webEnv(dataDir, to))
  building.catch(() => {})
  to.databaseUrl = process.env.DATABASE_URL ?? (await startEmbeddedPostgres(dataDir, supervisor))
  writeOwnerOnly(join(dataDir.path, 'database.json'), `${JSON.stringify({ url: to.databaseUrl })}\n`)
  await migrate(to.databaseUrl, report)
  await prepareRows(to.databaseUrl, dataDir.secrets.cliToken)
  if (options.controlPlane) await startControlPlane(dataDir, to, supervisor)
  if (options.agent && options.controlPlane)
    void python.then(
      () => startAgent(dataDir, to, supervisor, report),
      (error: Error) => report(error.message),
    )
  await building
  await supervisor.keep(() => webService(dataDir, to, options.dev))
  await waitForWeb(
    `http://${to.webHost === '0.0.0.0' ? '127.0.0.1' : to.webHost}:${to.webPort}`,
    log('web.log'),
  )
  writeOwnerOnly(
    join(dataDir.path, 'cli.json'),
    `${JSON.stringify({ url: to.url, token: dataDir.secrets.cliToken })}\n`,
  )
  report(`Dashboard: ${to.url}`)
  const setupLink = (await hasOwner(to.databaseUrl))
    ? null
    : `${to.url}/setup?token=${await issueSecret(to.databaseUrl, 'setup', SETUP_LINK_HOURS)}`
  if (setupLink) report(`Make the first account here, once: ${setupLink}`)
  return { to, setupLink }
}

async function addresses(options: UpOptions): Promise<Addresses> {
  const gatewayPort = await freePortFrom(GATEWAY_PORT)
  const webPort = Number(options.port)
  const shown = options.host === '127.0.0.1' || options.host === '0.0.0.0' ? 'localhost' : options.host
  return {
    databaseUrl: '',
    webHost: options.host,
    webPort,
    url: process.env.ALTO_URL ?? `http://${shown}:${webPort}`,
    gatewayHost: options.host,
    gatewayPort,
    agentUrl: `ws://${shown}:${gatewayPort}/agent`,
  }
}

async function startControlPlane(dataDir: DataDir, to: Addresses, supervisor: Supervisor): Promise<void> {
  const { bundleWhenStale } = (await import(pathToFileURL(join(CHECKOUT, 'scripts', 'bundle.mjs')).href)) as {
    bundleWhenStale: (name: string) => Promise<void>
  }
  await bundleWhenStale('control-plane')
  await supervisor.keep(() => controlPlaneService(dataDir, to))
}

async function startAgent(
  dataDir: DataDir,
  to: Addresses,
  supervisor: Supervisor,
  report: Report,
): Promise<void> {
  try {
    await supervisor.keep(async () =>
      agentOf(dataDir, {
        url: `ws://127.0.0.1:${to.gatewayPort}/agent`,
        name: 'local',
        joinToken: hasAgentIdentity(dataDir, 'local')
          ? null
          : await issueSecret(to.databaseUrl, 'join-node', 1),
      }),
    )
    report('The agent of this machine is starting.')
  } catch (error) {
    report(`The agent could not start: ${(error as Error).message}`)
  }
}
