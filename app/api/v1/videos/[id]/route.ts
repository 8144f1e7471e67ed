import { isForgedRequest } from '@/server/auth/same-origin'
import { openAiError, openAiRefusal } from '@/server/rest/openai/answer'
import { deleteVideo, getVideo } from '@/server/rest/openai/videos'

export const dynamic = 'force-dynamic'

type Params = { params: Promise<{ id: string }> }

export async function GET(request: Request, { params }: Params): Promise<Response> {
  try {
    return await getVideo(request, (await params).id)
  } catch (error) {
    return openAiError(error)
  }
}

export async function DELETE(request: Request, { params }: Params): Promise<Response> {
  try {
    if (isForgedRequest(request)) return openAiRefusal(403, 'This request came from another site.')
    return await deleteVideo(request, (await params).id)
  } catch (error) {
    return openAiError(error)
  }
}
