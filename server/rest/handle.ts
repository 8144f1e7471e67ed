import { createCaller } from '../routers/app-router'
import type { FieldProblem } from '../sweeps/field-problem'
import { createContext } from '../trpc/context'
import { awaitWish } from '../wishes/await-wish'
import { refuseAtDoor } from './admit'
import { answerError, refusal } from './answer-error'
import { ENDPOINTS, type Endpoint } from './endpoints'
import { readInput } from './read-input'

/** A wish that is not applied by then is answered as accepted. */
const WISH_TIMEOUT_MS = 5_000

function match(endpoint: Endpoint, path: readonly string[]): Record<string, string> | null {
  const pattern = endpoint.path.slice(1).split('/')
  if (pattern.length !== path.length) return null
  const values: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const actual = path[index]!
    if (part.startsWith('{')) values[part.slice(1, -1)] = actual
    else if (part !== actual) return null
  }
  return values
}

function find(method: string, path: readonly string[]) {
  const fits = ENDPOINTS.flatMap((endpoint) => {
    const values = match(endpoint, path)
    return values ? [{ endpoint, values }] : []
  })
  // `/sweeps/validate` also fits `/sweeps/{id}`: the one with fewer placeholders is meant.
  fits.sort((a, b) => Object.keys(a.values).length - Object.keys(b.values).length)
  return { any: fits[0], exact: fits.find((one) => one.endpoint.method === method) }
}

type Call = (input: unknown) => Promise<unknown>

function procedureOf(caller: unknown, path: string): Call {
  return path.split('.').reduce((node, part) => (node as Record<string, unknown>)[part], caller) as Call
}

async function finish(endpoint: Endpoint, result: unknown): Promise<Response> {
  if (endpoint.wish) {
    const outcome = await awaitWish((result as { wishId: number }).wishId, WISH_TIMEOUT_MS)
    if (outcome.state === 'refused') return refusal(409, outcome.refusal)
    return Response.json({ state: outcome.state }, { status: outcome.state === 'applied' ? 200 : 202 })
  }
  const submitted = result as { accepted?: boolean; problems?: FieldProblem[] }
  if (submitted.accepted === false) return refusal(422, submitted.problems![0]!.message, submitted.problems)
  return Response.json(result, { status: endpoint.status ?? 200 })
}

/** Answers `/api/v1/<path>`. */
export async function handleRest(request: Request, path: readonly string[]): Promise<Response> {
  try {
    const refused = refuseAtDoor(request)
    if (refused) return refused
    const { any, exact } = find(request.method, path)
    if (!any)
      return refusal(404, `There is no /api/v1/${path.join('/')}. /api/v1/openapi.json lists what there is.`)
    if (!exact) return refusal(405, `/api/v1/${path.join('/')} does not take ${request.method}.`)
    const context = await createContext(request)
    const input = await readInput(exact.endpoint, request, exact.values)
    const caller = createCaller(context)
    return await finish(exact.endpoint, await procedureOf(caller, exact.endpoint.procedure)(input))
  } catch (error) {
    return answerError(error)
  }
}
