import { ReadableStream as NodeStream } from 'node:stream/web'
import { adapterFolder } from '@/server/rest/adapter-folder'
import { answerError, refusal } from '@/server/rest/answer-error'
import { archiveFiles } from '@/server/rest/archive-files'
import { runForDownload } from '@/server/rest/file-gate'
import { tarGz } from '@/server/rest/tar-gz'
import { zip } from '@/server/rest/zip'

export const dynamic = 'force-dynamic'

type Params = { params: Promise<{ id: string }> }

const FORMATS = {
  zip: { type: 'application/zip', pack: zip },
  'tar.gz': { type: 'application/gzip', pack: tarGz },
} as const

/** The best adapter of a run as a PEFT folder in an archive. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  try {
    const { runId } = await runForDownload(request, (await params).id)
    const wanted = new URL(request.url).searchParams.get('format') ?? 'zip'
    if (!(wanted in FORMATS))
      return refusal(400, 'format is one of zip, tar.gz.', [
        { path: ['format'], message: 'format is one of zip, tar.gz.' },
      ])
    const { type, pack } = FORMATS[wanted as keyof typeof FORMATS]
    const { folder, name } = await adapterFolder(runId)
    const stream = NodeStream.from(pack(archiveFiles(folder, name))) as ReadableStream<Uint8Array>
    return new Response(stream, {
      headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}.${wanted}"` },
    })
  } catch (error) {
    return answerError(error)
  }
}
