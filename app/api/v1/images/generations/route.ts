import { isForgedRequest } from '@/server/auth/same-origin'
import { openAiError, openAiRefusal } from '@/server/rest/openai/answer'
import { generateImages } from '@/server/rest/openai/generate-images'

export const dynamic = 'force-dynamic'

export async function POST(request: Request): Promise<Response> {
  try {
    if (isForgedRequest(request)) return openAiRefusal(403, 'This request came from another site.')
    return await generateImages(request)
  } catch (error) {
    return openAiError(error)
  }
}
