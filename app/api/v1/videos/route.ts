import { isForgedRequest } from '@/server/auth/same-origin'
import { openAiError, openAiRefusal } from '@/server/rest/openai/answer'
import { createVideo } from '@/server/rest/openai/videos'

export const dynamic = 'force-dynamic'

export async function POST(request: Request): Promise<Response> {
  try {
    if (isForgedRequest(request)) return openAiRefusal(403, 'This request came from another site.')
    return await createVideo(request)
  } catch (error) {
    return openAiError(error)
  }
}
