import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { ArchiveFile } from './archive-files'

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value >>> 0
})

function crc32(before: number, chunk: Buffer): number {
  let value = ~before
  for (const byte of chunk) value = CRC_TABLE[(value ^ byte) & 0xff]! ^ (value >>> 8)
  return ~value >>> 0
}

/** MS-DOS date and time, two seconds fine. */
function dosTime(at: Date): { time: number; date: number } {
  return {
    time: (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1),
    date: ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate(),
  }
}

/** Sizes and checksum come after the data (bit 3); names are UTF-8 (bit 11). Weights do not compress, so they are stored. */
const FLAGS = 0x0808

interface Written extends ArchiveFile {
  crc: number
  offset: number
}

function localHeader(file: ArchiveFile): Buffer {
  const name = Buffer.from(file.name)
  const { time, date } = dosTime(file.modifiedAt)
  const block = Buffer.alloc(30)
  block.writeUInt32LE(0x04034b50, 0)
  block.writeUInt16LE(20, 4)
  block.writeUInt16LE(FLAGS, 6)
  block.writeUInt16LE(time, 10)
  block.writeUInt16LE(date, 12)
  block.writeUInt16LE(name.length, 26)
  return Buffer.concat([block, name])
}

function descriptor(file: Written): Buffer {
  const block = Buffer.alloc(16)
  block.writeUInt32LE(0x08074b50, 0)
  block.writeUInt32LE(file.crc, 4)
  block.writeUInt32LE(file.bytes, 8)
  block.writeUInt32LE(file.bytes, 12)
  return block
}

function centralHeader(file: Written): Buffer {
  const name = Buffer.from(file.name)
  const { time, date } = dosTime(file.modifiedAt)
  const block = Buffer.alloc(46)
  block.writeUInt32LE(0x02014b50, 0)
  block.writeUInt16LE(20, 4)
  block.writeUInt16LE(20, 6)
  block.writeUInt16LE(FLAGS, 8)
  block.writeUInt16LE(time, 12)
  block.writeUInt16LE(date, 14)
  block.writeUInt32LE(file.crc, 16)
  block.writeUInt32LE(file.bytes, 20)
  block.writeUInt32LE(file.bytes, 24)
  block.writeUInt16LE(name.length, 28)
  block.writeUInt32LE(file.offset, 42)
  return Buffer.concat([block, name])
}

async function* parts(files: readonly ArchiveFile[]): AsyncGenerator<Buffer> {
  const written: Written[] = []
  let offset = 0
  const emit = (block: Buffer) => {
    offset += block.length
    return block
  }
  for (const file of files) {
    const entry: Written = { ...file, crc: 0, offset }
    yield emit(localHeader(file))
    for await (const chunk of createReadStream(file.path) as AsyncIterable<Buffer>) {
      entry.crc = crc32(entry.crc, chunk)
      yield emit(chunk)
    }
    yield emit(descriptor(entry))
    written.push(entry)
  }
  const directory = Buffer.concat(written.map(centralHeader))
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(written.length, 8)
  end.writeUInt16LE(written.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  yield directory
  yield end
}

/** Files as a .zip stream; at most 4 GiB, which an adapter never is. */
export function zip(files: readonly ArchiveFile[]): Readable {
  return Readable.from(parts(files))
}
