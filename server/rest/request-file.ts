import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { fetchArtifacts } from '../artifacts/artifact-store'
import { database } from '../db/client'
import { notFound } from '../trpc/user-error'
import { artifactPath } from './artifact-path'

/** The picture or video of a request, or its newest preview. @throws the refusal where there is none */
export async function requestFile(id: string, which: 'result' | 'preview'): Promise<Response> {
  const row = await database().prisma.request.findUnique({
    where: { id },
    select: { resultPath: true, resultType: true, previewPath: true },
  })
  const path = which === 'result' ? row?.resultPath : row?.previewPath
  if (!path) throw notFound(which === 'result' ? 'A result of that request' : 'A preview of that request')
  await fetchArtifacts(dirname(path))
  const file = artifactPath(path)
  const found = await stat(file).catch(() => null)
  if (!found) throw notFound('The file of that request')
  const type = which === 'result' ? (row!.resultType ?? 'application/octet-stream') : 'image/png'
  return new Response(Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': type,
      'content-length': String(found.size),
      'content-disposition': `inline; filename="${id}.${type === 'video/mp4' ? 'mp4' : 'png'}"`,
      'cache-control': which === 'result' ? 'private, max-age=86400, immutable' : 'no-store',
    },
  })
}
