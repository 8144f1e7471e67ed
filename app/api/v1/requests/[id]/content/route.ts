import { answerError } from '@/server/rest/answer-error'
import { requestForDownload } from '@/server/rest/file-gate'
import { requestFile } from '@/server/rest/request-file'
import { isSignedLink } from '@/server/rest/signed-link'

export const dynamic = 'force-dynamic'

type Params = { params: Promise<{ id: string }> }

/** The PNG or MP4, for who may see the request or has a link that was signed for it. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  try {
    const { id } = await params
    if (!isSignedLink(id, request.url)) await requestForDownload(request, id)
    return await requestFile(id, 'result')
  } catch (error) {
    return answerError(error)
  }
}
