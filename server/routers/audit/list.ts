import { z } from 'zod'
import { roleIn } from '../../auth/principal'
import { database } from '../../db/client'
import { person } from '../../trpc/procedures'

export const listAuditInput = z
  .strictObject({
    /** Beginning of an action, such as `run.`. */
    action: z.string().max(80).optional(),
    /** Part of a name or an e-mail address. */
    person: z.string().max(200).optional(),
    subject: z.string().max(200).optional(),
    outcome: z.enum(['done', 'refused']).optional(),
    from: z.date().optional(),
    to: z.date().optional(),
    /** Pages on: entries older than this one. */
    before: z.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
    limit: z.number().int().min(1).max(500).default(100),
  })
  .prefault({})

const auditRow = z.object({
  id: z.number(),
  at: z.date(),
  who: z.object({ name: z.string(), email: z.string() }).nullable(),
  via: z.string().nullable(),
  action: z.string(),
  subject: z.string().nullable(),
  project: z.string().nullable(),
  outcome: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
})

/** Who did what, newest first: all of it for an owner, of their projects for admins, of themselves for everyone. */
export const listAudit = person
  .input(listAuditInput)
  .output(z.object({ entries: z.array(auditRow) }))
  .query(async ({ ctx, input }) => {
    const { principal } = ctx
    const { prisma } = database()
    const seesAll = principal.isOwner && principal.ceiling === 'admin'
    const administered = [...principal.memberships.keys()].filter((id) => roleIn(principal, id) === 'admin')
    const people = input.person
      ? await prisma.user.findMany({
          where: {
            OR: [
              { name: { contains: input.person, mode: 'insensitive' } },
              { email: { contains: input.person, mode: 'insensitive' } },
            ],
          },
          select: { id: true },
          take: 200,
        })
      : null
    const rows = await prisma.auditEntry.findMany({
      where: {
        AND: [
          seesAll ? {} : { OR: [{ userId: principal.userId }, { projectId: { in: administered } }] },
          people ? { userId: { in: people.map(({ id }) => id) } } : {},
          input.action ? { action: { startsWith: input.action } } : {},
          input.subject ? { subject: input.subject } : {},
          input.outcome === 'done' ? { outcome: 'done' } : {},
          input.outcome === 'refused' ? { outcome: { not: 'done' } } : {},
          input.from ? { at: { gte: input.from } } : {},
          input.to ? { at: { lt: input.to } } : {},
          input.before ? { id: { lt: input.before } } : {},
        ],
      },
      orderBy: { id: 'desc' },
      take: input.limit,
    })
    const users = await prisma.user.findMany({
      where: { id: { in: [...new Set(rows.flatMap((row) => row.userId ?? []))] } },
      select: { id: true, name: true, email: true },
    })
    const projects = await prisma.project.findMany({
      where: { id: { in: [...new Set(rows.flatMap((row) => row.projectId ?? []))] } },
      select: { id: true, name: true },
    })
    const whoIs = new Map(users.map(({ id, ...who }) => [id, who]))
    const projectName = new Map(projects.map(({ id, name }) => [id, name]))
    return {
      entries: rows.map(({ id, userId, projectId, data, ...row }) => ({
        ...row,
        id: Number(id),
        who: (userId && whoIs.get(userId)) || null,
        project: (projectId && projectName.get(projectId)) || null,
        data: data as Record<string, unknown>,
      })),
    }
  })
