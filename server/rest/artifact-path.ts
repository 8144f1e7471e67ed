import { resolve, sep } from 'node:path'
import { env } from '../env'

/** Folder that web, control plane and a local agent share. */
export function artifactRoot(): string {
  return resolve(env().ALTO_DATA_DIR, 'artifacts')
}

/** @throws where a path would leave the artifact store. */
export function artifactPath(relative: string): string {
  const root = artifactRoot()
  const path = resolve(root, relative)
  if (path !== root && !path.startsWith(root + sep)) throw new Error('A path leaves the artifact store.')
  return path
}
