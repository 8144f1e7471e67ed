import type { ReadableStream } from 'node:stream/web'
import { refuseAtDoor } from '@/server/rest/admit'
import { answerError, refusal } from '@/server/rest/answer-error'
import { projectForUpload } from '@/server/rest/file-gate'
import { handleRest } from '@/server/rest/handle'
import { storeUpload } from '@/server/rest/store-upload'

export const dynamic = 'force-dynamic'

export const GET = (request: Request): Promise<Response> => handleRest(request, ['datasets'])

/** The body is the file; `?name=rows.jsonl`. */
export async function POST(request: Request): Promise<Response> {
  try {
    const refused = refuseAtDoor(request)
    if (refused) return refused
    const query = new URL(request.url).searchParams
    const { userId, projectId } = await projectForUpload(request, query.get('projectId'))
    if (!request.body) return refusal(400, 'The body must be the .jsonl file.')
    const length = request.headers.get('content-length')
    const stored = await storeUpload({
      projectId,
      userId,
      name: query.get('name') ?? '',
      body: request.body as ReadableStream<Uint8Array>,
      expectedBytes: length === null ? null : Number(length),
    })
    return Response.json(stored, { status: 201 })
  } catch (error) {
    return answerError(error)
  }
}
