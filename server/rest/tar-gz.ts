import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { ArchiveFile } from './archive-files'

const BLOCK = 512

/** A ustar header (POSIX.1-1988). */
function header(file: ArchiveFile): Buffer {
  if (Buffer.byteLength(file.name) > 100) throw new Error(`${file.name} is too long for an archive.`)
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'ascii')
  block.write(file.name, 0, 'utf8')
  octal(0o644, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(file.bytes, 124, 12)
  octal(Math.floor(file.modifiedAt.getTime() / 1000), 136, 12)
  block.write('        ', 148, 'ascii')
  block.write('0', 156, 'ascii')
  block.write('ustar\x0000', 257, 'ascii')
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  return block
}

async function* blocks(files: readonly ArchiveFile[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    yield header(file)
    yield* createReadStream(file.path) as AsyncIterable<Buffer>
    const over = file.bytes % BLOCK
    if (over > 0) yield Buffer.alloc(BLOCK - over)
  }
  yield Buffer.alloc(2 * BLOCK)
}

/** Files as a .tar.gz stream. */
export function tarGz(files: readonly ArchiveFile[]): Readable {
  const source = Readable.from(blocks(files))
  const packed = createGzip({ level: 1 })
  source.on('error', (error) => packed.destroy(error))
  return source.pipe(packed)
}
