export const ROLES = ['viewer', 'editor', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** True where `has` may do what `needs` may do. */
export function covers(has: Role, needs: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needs)
}

/** The lesser of two roles. */
export function lesserRole(a: Role, b: Role): Role {
  return covers(a, b) ? b : a
}
