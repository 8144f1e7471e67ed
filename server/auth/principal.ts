import { covers, lesserRole, type Role } from './roles'

/** Who asks, and what they may do: the only thing that authorisation looks at. */
export interface Principal {
  userId: string
  name: string
  email: string
  isOwner: boolean
  via: 'session' | 'token'
  /** An API token may be weaker than the person who made it. */
  ceiling: Role
  /** Project id → role. An owner has every project. */
  memberships: ReadonlyMap<string, Role>
}

/** Role in one project, or `null` for someone who may not know that it exists. */
export function roleIn(principal: Principal, projectId: string): Role | null {
  const role = principal.isOwner ? 'admin' : principal.memberships.get(projectId)
  return role ? lesserRole(role, principal.ceiling) : null
}

/** Nodes are shared by all projects: the strongest role of any project counts. */
export function clusterRole(principal: Principal): Role | null {
  if (principal.isOwner) return principal.ceiling
  let best: Role | null = null
  for (const role of principal.memberships.values()) if (!best || covers(role, best)) best = role
  return best && lesserRole(best, principal.ceiling)
}
