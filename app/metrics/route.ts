import { resolvePrincipal } from '@/server/auth/resolve-principal'
import { answerError, refusal } from '@/server/rest/answer-error'
import { prometheusText } from '@/server/rest/prometheus'

export const dynamic = 'force-dynamic'

/** For Prometheus, which sends an API token of the role viewer. */
export async function GET(request: Request): Promise<Response> {
  try {
    if (!(await resolvePrincipal(request.headers)))
      return refusal(401, 'Send an API token: Authorization: Bearer ….')
    const { text, type } = await prometheusText()
    return new Response(text, { headers: { 'content-type': type } })
  } catch (error) {
    return answerError(error)
  }
}
