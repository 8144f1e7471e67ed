import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { gunzipSync } from 'node:zlib'

const BLOCK = 512

/**
 * Unpacks plain files of a .tar.gz into `folder`, without the first part of their names.
 *
 * @throws where a name would leave the folder
 */
export function untar(archive: Buffer, folder: string): string[] {
  const data = gunzipSync(archive)
  const root = resolve(folder)
  const written: string[] = []
  for (let at = 0; at + BLOCK <= data.length; ) {
    const name = data.toString('utf8', at, at + 100).replace(/\0.*$/s, '')
    if (name === '') break
    const bytes = Number.parseInt(data.toString('ascii', at + 124, at + 136), 8)
    const path = resolve(root, name.split('/').slice(1).join('/'))
    if (!path.startsWith(root + sep)) throw new Error('The archive holds a path that leaves its folder.')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, data.subarray(at + BLOCK, at + BLOCK + bytes))
    written.push(path)
    at += BLOCK + Math.ceil(bytes / BLOCK) * BLOCK
  }
  return written
}
