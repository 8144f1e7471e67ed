import type { Principal } from '../auth/principal'
import { resolvePrincipal } from '../auth/resolve-principal'

export interface Context {
  principal: Principal | null
  headers: Headers
}

export async function createContext(request: Request): Promise<Context> {
  return { principal: await resolvePrincipal(request.headers), headers: request.headers }
}
