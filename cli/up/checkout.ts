import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root of the checkout that this program was bundled from: the nearest folder above it with Alto's package.json. */
export const CHECKOUT = (() => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'prisma', 'schema.prisma')) && folder !== dirname(folder))
    folder = dirname(folder)
  return folder
})()
