import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { keepArtifact } from '../artifacts/artifact-store'
import { database } from '../db/client'
import { env } from '../env'
import { UserError } from '../trpc/user-error'
import { artifactPath } from './artifact-path'
import { JsonlChecker } from './check-jsonl'

export interface Upload {
  projectId: string
  userId: string
  name: string
  body: ReadableStream<Uint8Array>
  /** From the header; what arrives must have this size. */
  expectedBytes: number | null
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}\.jsonl$/

const problem = (
  message: string,
  code: 'BAD_REQUEST' | 'CONFLICT' | 'PAYLOAD_TOO_LARGE' = 'BAD_REQUEST',
  field = 'dataset',
) => new UserError(message, { code, field: [field] })

const gibibytes = (bytes: number) =>
  `${(bytes / 1024 ** 3).toLocaleString('en', { maximumFractionDigits: 1 })} GiB`

/**
 * Streams a .jsonl file to disk, checking each line on its way. It becomes visible only when it is whole and right:
 * a refused or cut-off upload leaves nothing.
 */
export async function storeUpload(
  upload: Upload,
): Promise<{ id: string; name: string; rows: number; bytes: number; reference: string }> {
  const { projectId, name } = upload
  if (!NAME.test(name))
    throw problem(
      'A data set is a .jsonl file with a name of letters, digits, dots, hyphens and spaces.',
      'BAD_REQUEST',
      'name',
    )
  const { prisma } = database()
  if ((await prisma.dataset.count({ where: { projectId, name } })) > 0)
    throw problem(`A data set named ${name} exists already. Choose another name.`, 'CONFLICT', 'name')
  const relative = `datasets/${projectId}/${randomUUID()}.jsonl`
  const half = artifactPath(`${relative}.part`)
  await mkdir(dirname(half), { recursive: true })
  try {
    const { rows, bytes } = await receive(upload, half)
    await rename(half, artifactPath(relative))
    await keepArtifact(relative)
    const dataset = await prisma.dataset.create({ data: { projectId, name, path: relative, bytes, rows } })
    await prisma.auditEntry.create({
      data: {
        userId: upload.userId,
        action: 'dataset.upload',
        subject: dataset.id,
        projectId,
        outcome: 'done',
        data: { name, rows },
      },
    })
    return { id: dataset.id, name, rows, bytes, reference: `upload/${name}` }
  } catch (error) {
    await rm(half, { force: true })
    await rm(artifactPath(relative), { force: true })
    throw explain(error, name)
  }
}

async function receive(upload: Upload, path: string): Promise<{ rows: number; bytes: number }> {
  const limit = env().ALTO_UPLOAD_LIMIT_BYTES
  if (upload.expectedBytes !== null && upload.expectedBytes > limit) throw tooLarge(upload.name, limit)
  const checker = new JsonlChecker(upload.name)
  let bytes = 0
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > limit) return done(tooLarge(upload.name, limit))
      const refused = checker.push(chunk)
      return refused ? done(problem(refused.message)) : done(null, chunk)
    },
  })
  await pipeline(Readable.fromWeb(upload.body), check, createWriteStream(path, { flags: 'wx', mode: 0o640 }))
  if (upload.expectedBytes !== null && bytes !== upload.expectedBytes)
    throw problem(
      `The upload of ${upload.name} was cut off after ${bytes.toLocaleString('en')} bytes. Nothing was stored; send it again.`,
    )
  const refused = checker.end()
  if (refused) throw problem(refused.message)
  return { rows: checker.rows, bytes }
}

const tooLarge = (name: string, limit: number) =>
  problem(
    `${name} is larger than ${gibibytes(limit)}, the largest upload that this server takes.`,
    'PAYLOAD_TOO_LARGE',
  )

function explain(error: unknown, name: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') return problem(`The disk of the server is full; ${name} was not stored.`)
  if (code === 'P2002')
    return problem(`A data set named ${name} exists already. Choose another name.`, 'CONFLICT', 'name')
  if (code === 'ECONNRESET' || code === 'ABORT_ERR' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return problem(`The upload of ${name} was cut off. Nothing was stored; send it again.`)
  return error
}
