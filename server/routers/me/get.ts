import { z } from 'zod'
import { roleIn } from '../../auth/principal'
import { ROLES } from '../../auth/roles'
import { database } from '../../db/client'
import { person } from '../../trpc/procedures'

export const getMeOutput = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  isOwner: z.boolean(),
  settings: z.record(z.string(), z.unknown()),
  projects: z.array(z.object({ id: z.string(), name: z.string(), role: z.enum(ROLES) })),
})

/** The person who asks, with the projects that they may see. */
export const getMe = person.output(getMeOutput).query(async ({ ctx }) => {
  const { principal } = ctx
  const [user, projects] = await Promise.all([
    database().prisma.user.findUniqueOrThrow({ where: { id: principal.userId } }),
    database().prisma.project.findMany({ orderBy: { createdAt: 'asc' } }),
  ])
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    isOwner: user.isOwner,
    settings: user.settings as Record<string, unknown>,
    projects: projects.flatMap((project) => {
      const role = roleIn(principal, project.id)
      return role ? [{ id: project.id, name: project.name, role }] : []
    }),
  }
})
