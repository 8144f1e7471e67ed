import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { parse } from 'yaml'
import { InputError } from '../errors'

export interface SweepFile {
  spec: Record<string, unknown>
  /** A .jsonl beside the file that must be uploaded first. */
  upload: { path: string; name: string } | null
}

/** Names what is not on this machine: built-in, uploaded, or on a hub. */
const isReference = (text: string) => /^(builtin|upload)\//.test(text)

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new InputError(
      code === 'ENOENT' ? `FILE: ${path} does not exist.` : `FILE: ${path} cannot be read (${code}).`,
    )
  }
}

/** Equal content has an equal name, so that a second submission finds the first upload. */
function uploadName(path: string): string {
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 8)
  const stem = basename(path, extname(path))
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
  return `${(stem || 'rows').slice(0, 60)}-${hash}.jsonl`
}

/**
 * Reads a sweep file (YAML or JSON). Paths in it are relative to it: a data set becomes an upload, a model folder its
 * absolute path.
 *
 * @throws InputError that names the field
 */
export function readSweepFile(path: string): SweepFile {
  let spec: unknown
  try {
    spec = parse(readText(path))
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(
      `FILE: ${path} is not valid YAML: ${(error as Error).message.split('\n')[0]!.replace(/:$/, '.')}`,
    )
  }
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec))
    throw new InputError(
      `FILE: ${path} holds no sweep: it must be a mapping with name, model, dataset and parameters.`,
    )
  const fields = { ...(spec as Record<string, unknown>) }
  const folder = dirname(resolve(path))
  if (typeof fields.model === 'string' && !isReference(fields.model)) {
    const here = resolve(folder, fields.model)
    if (existsSync(here)) fields.model = here
  }
  return { spec: fields, upload: findUpload(fields, folder) }
}

function findUpload(fields: Record<string, unknown>, folder: string): SweepFile['upload'] {
  const { dataset } = fields
  if (typeof dataset !== 'string' || isReference(dataset)) return null
  const path = resolve(folder, dataset)
  const isFile = existsSync(path) && statSync(path).isFile()
  if (isFile) return { path, name: uploadName(path) }
  if (dataset.endsWith('.jsonl')) throw new InputError(`dataset: ${path} does not exist.`)
  return null
}
