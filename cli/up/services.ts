import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CHECKOUT } from './checkout'
import type { DataDir } from './data-dir'
import type { GroupSpec } from './process-group'

export interface Addresses {
  databaseUrl: string
  webHost: string
  webPort: number
  /** What people open. */
  url: string
  gatewayHost: string
  gatewayPort: number
  /** What agents dial. */
  agentUrl: string
}

/** What a service may see of our environment: not the secrets of others. */
function baseEnv(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, ALTO_SECRET: __, ALTO_TOKEN: ___, ...rest } = process.env
  return rest as NodeJS.ProcessEnv
}

export function webEnv(dataDir: DataDir, to: Addresses): NodeJS.ProcessEnv {
  return {
    ...baseEnv(),
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    DATABASE_URL: to.databaseUrl,
    ALTO_DATA_DIR: dataDir.path,
    ALTO_URL: to.url,
    ALTO_SECRET: process.env.ALTO_SECRET ?? dataDir.secrets.auth,
    ALTO_AGENT_URL: to.agentUrl,
  }
}

export function webService(dataDir: DataDir, to: Addresses, dev: boolean): GroupSpec {
  const env = webEnv(dataDir, to)
  return {
    name: 'web',
    command: process.execPath,
    args: [
      join(CHECKOUT, 'node_modules/next/dist/bin/next'),
      dev ? 'dev' : 'start',
      ...['-p', String(to.webPort), '-H', to.webHost],
    ],
    cwd: CHECKOUT,
    env: { ...env, NODE_ENV: dev ? 'development' : 'production' },
    logFile: join(dataDir.logs, 'web.log'),
  }
}

export function controlPlaneService(dataDir: DataDir, to: Addresses): GroupSpec {
  return {
    name: 'control plane',
    command: process.execPath,
    args: ['--enable-source-maps', join(CHECKOUT, 'dist/control-plane/main.mjs')],
    cwd: CHECKOUT,
    env: {
      ...baseEnv(),
      NODE_ENV: 'production',
      DATABASE_URL: to.databaseUrl,
      ALTO_DATA_DIR: dataDir.path,
      ALTO_GATEWAY_PORT: String(to.gatewayPort),
      ALTO_GATEWAY_HOST: to.gatewayHost,
      ALTO_AGENT_URL: to.agentUrl,
    },
    logFile: join(dataDir.logs, 'control-plane.log'),
  }
}

const PYTHON = join(CHECKOUT, 'agent', '.venv', 'bin', 'python')

export interface AgentOptions {
  url: string
  name: string
  /** Invitation of an agent that has no identity yet. */
  joinToken: string | null
}

export function agentOf(dataDir: DataDir, { url, name, joinToken }: AgentOptions): GroupSpec {
  return {
    name: 'agent',
    command: PYTHON,
    args: ['-m', 'alto_agent', '--url', url, '--name', name, '--data-dir', dataDir.path],
    cwd: CHECKOUT,
    env: { ...baseEnv(), ...(joinToken ? { ALTO_NODE_TOKEN: joinToken } : {}) },
    logFile: join(dataDir.logs, 'agent.log'),
  }
}

/** The agent of this name keeps what it signs in with here; up to version 0.1.0 it was the folder's own. */
export const hasAgentIdentity = (dataDir: DataDir, name: string) =>
  existsSync(join(dataDir.path, 'agents', name, 'identity')) || existsSync(join(dataDir.path, 'identity'))
