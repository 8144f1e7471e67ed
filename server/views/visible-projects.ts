import type { Principal } from '../auth/principal'
import { database } from '../db/client'

/** Ids of the projects that a person may see. */
export async function visibleProjects(principal: Principal): Promise<string[]> {
  if (!principal.isOwner) return [...principal.memberships.keys()]
  const projects = await database().prisma.project.findMany({ select: { id: true } })
  return projects.map((project) => project.id)
}
