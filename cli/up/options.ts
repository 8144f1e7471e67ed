import { join } from 'node:path'
import { InputError } from '../errors'
import { CHECKOUT } from './checkout'

export interface UpOptions {
  port?: string
  host: string
  dataDir: string
  /** False: web and control plane only. */
  agent: boolean
  /** False: nothing is decided, as seeded data want it. An agent needs one. */
  controlPlane: boolean
  /** Pages from sources, built again at each change. */
  dev: boolean
}

export const DEFAULT_PORT = 3000
export const DEFAULT_DATA_DIR = process.env.ALTO_DATA_DIR ?? join(CHECKOUT, 'data')

/** @throws InputError where the text is no port */
export function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InputError(`--port is ${text}; use a whole number from 1 to 65535.`)
  return port
}
