import { answerError } from '@/server/rest/answer-error'
import { requestForDownload } from '@/server/rest/file-gate'
import { requestFile } from '@/server/rest/request-file'

export const dynamic = 'force-dynamic'

type Params = { params: Promise<{ id: string }> }

/** What it looked like after its newest previewed step. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  try {
    const { id } = await params
    await requestForDownload(request, id)
    return await requestFile(id, 'preview')
  } catch (error) {
    return answerError(error)
  }
}
