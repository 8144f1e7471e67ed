import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { imageGeneration } from '@/contracts/openai-requests'
import { fetchArtifacts } from '../../artifacts/artifact-store'
import { createCaller } from '../../routers/app-router'
import { awaitRequests, type EndedRequest } from '../../serving/await-requests'
import { cancelRequests } from '../../serving/cancel-request'
import { findDeployment } from '../../serving/find-deployment'
import { createContext } from '../../trpc/context'
import { UserError } from '../../trpc/user-error'
import { artifactPath } from '../artifact-path'
import { signedLink } from '../signed-link'
import { openAiRefusal } from './answer'
import { readBody } from './read-body'
import { toSpec } from './to-spec'

/** Longer than any client waits. */
const LONGEST_WAIT_MS = 3600_000

/**
 * POST /api/v1/images/generations, as OpenAI's clients call it: answers when the images are there. A client that goes
 * away cancels what it asked for.
 */
export async function generateImages(request: Request): Promise<Response> {
  const context = await createContext(request)
  if (!context.principal) return openAiRefusal(401, 'Give a token of Alto as the API key.')
  const body = await readBody(request, imageGeneration)
  const spec = toSpec('image', body)
  const deployment = await findDeployment(context.principal, 'image', body.model)
  const { ids } = await createCaller(context).request.create({ deploymentId: deployment.id, spec })
  const ended = await awaitRequests(ids, LONGEST_WAIT_MS, request.signal)
  if (!ended) {
    await cancelRequests(ids, 'the client, which went away')
    return openAiRefusal(499, 'The client went away; its images are cancelled.')
  }
  const failed = ended.find((one) => one.state !== 'done')
  if (failed) throw refusalOf(failed)
  const isInline = body.response_format === 'b64_json'
  return Response.json({
    created: Math.floor(Date.now() / 1000),
    data: await Promise.all(
      ended.map(async (one) => ({
        ...(isInline ? { b64_json: await inline(one) } : { url: signedLink(one.id) }),
        id: one.id,
        seed: one.seed,
      })),
    ),
  })
}

async function inline({ resultPath }: EndedRequest): Promise<string> {
  await fetchArtifacts(dirname(resultPath!))
  return (await readFile(artifactPath(resultPath!))).toString('base64')
}

function refusalOf({ state, error, sentence }: EndedRequest): UserError {
  if (state === 'cancelled') return new UserError(sentence ?? 'It was cancelled.', { code: 'CONFLICT' })
  return new UserError(error ?? 'It failed and nothing says why.', { code: 'UNPROCESSABLE_CONTENT' })
}
