import { requestForDownload } from '@/server/rest/file-gate'
import { openAiError } from '@/server/rest/openai/answer'
import { requestFile } from '@/server/rest/request-file'

export const dynamic = 'force-dynamic'

type Params = { params: Promise<{ id: string }> }

/** The MP4. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  try {
    const { id } = await params
    await requestForDownload(request, id)
    return await requestFile(id, 'result')
  } catch (error) {
    return openAiError(error)
  }
}
