import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface ArchiveFile {
  path: string
  /** Inside the archive, with forward slashes. */
  name: string
  bytes: number
  modifiedAt: Date
}

/** All files below a folder, in order of name. */
export function archiveFiles(folder: string, prefix: string): ArchiveFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      const name = `${prefix}/${entry.name}`
      if (entry.isDirectory()) return archiveFiles(path, name)
      if (!entry.isFile()) return []
      const { size, mtime } = statSync(path)
      return [{ path, name, bytes: size, modifiedAt: mtime }]
    })
}
