import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { untar } from '@/cli/sweep/untar'
import { archiveFiles } from './archive-files'
import { tarGz } from './tar-gz'
import { zip } from './zip'

const content: Record<string, Buffer> = {
  'README.md': Buffer.from('# Adapter é\n'),
  'adapter_config.json': Buffer.from('{}'),
  'adapter_model.safetensors': Buffer.alloc(300_000, 7),
  'empty.txt': Buffer.alloc(0),
  'tokens/exact.bin': Buffer.alloc(512, 1),
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('archives of an adapter', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'alto-archive-'))
    mkdirSync(join(folder, 'in', 'tokens'), { recursive: true })
    for (const [name, bytes] of Object.entries(content)) writeFileSync(join(folder, 'in', name), bytes)
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const files = () => archiveFiles(join(folder, 'in'), 'grid-r02')

  it('a .tar.gz holds every file as it is, for our CLI and for tar', async () => {
    const archive = await bytesOf(tarGz(files()))
    untar(archive, join(folder, 'ours'))
    writeFileSync(join(folder, 'a.tar.gz'), archive)
    mkdirSync(join(folder, 'theirs'))
    execFileSync('tar', ['-xzf', join(folder, 'a.tar.gz'), '-C', join(folder, 'theirs')])
    for (const [name, bytes] of Object.entries(content)) {
      expect(readFileSync(join(folder, 'ours', name)).equals(bytes)).toBe(true)
      expect(readFileSync(join(folder, 'theirs', 'grid-r02', name)).equals(bytes)).toBe(true)
    }
  })

  it('a .zip holds every file as it is, checksums included, for a program that is not ours', async () => {
    writeFileSync(join(folder, 'a.zip'), await bytesOf(zip(files())))
    const script =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])'
    execFileSync('python3', ['-c', script, join(folder, 'a.zip'), join(folder, 'out')])
    for (const [name, bytes] of Object.entries(content))
      expect(readFileSync(join(folder, 'out', 'grid-r02', name)).equals(bytes)).toBe(true)
  })

  it('a name that would leave the folder is refused', async () => {
    const archive = await bytesOf(tarGz(archiveFiles(join(folder, 'in'), 'x/../..')))
    expect(() => untar(archive, join(folder, 'deep', 'out'))).toThrow(/leaves its folder/)
  })
})
