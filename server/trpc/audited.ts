import { TRPCError } from '@trpc/server'
import { database } from '../db/client'
import { t } from './init'

/** What a mutation adds to its own entry while it runs. */
export interface Trail {
  projectId: string | null
}

/** Autosaves: they change nothing for anybody else, and would drown what does. */
const UNHEARD: ReadonlySet<string> = new Set(['draft.save', 'me.saveSettings'])

const SECRET = /password|secret|token|key|authorization/i
const LONGEST_TEXT = 200

/** Plain fields of an input, without secrets; nested ones (a whole sweep file) stay where they are stored. */
function plainFields(input: unknown): Record<string, string | number | boolean> {
  if (typeof input !== 'object' || input === null) return {}
  return Object.fromEntries(
    Object.entries(input).flatMap(([name, value]): [string, string | number | boolean][] => {
      if (SECRET.test(name) || name === 'id' || name === 'projectId') return []
      if (typeof value === 'string') return [[name, value.slice(0, LONGEST_TEXT)]]
      return typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : []
    }),
  )
}

function idIn(value: unknown): string | null {
  const { id, nodeId, name } = (value ?? {}) as { id?: unknown; nodeId?: unknown; name?: unknown }
  const found = id ?? nodeId ?? name
  return typeof found === 'string' ? found.slice(0, LONGEST_TEXT) : null
}

/** A refusal that is an answer (`accepted: false`) is one here too. */
const wasAccepted = (data: unknown) => (data as { accepted?: boolean } | null)?.accepted !== false

/**
 * Writes who did what, for every mutation: the outermost part of every procedure. The entry is there before the
 * mutation runs and tells its outcome afterwards, so nothing happens unrecorded, and what was refused is seen too.
 */
export const audited = t.middleware(async ({ ctx, type, path, getRawInput, next }) => {
  const trail: Trail = { projectId: null }
  if (type !== 'mutation' || !ctx.principal || UNHEARD.has(path)) return next({ ctx: { trail } })
  const { prisma } = database()
  const input = await getRawInput()
  const said = plainFields(input)
  const { id } = await prisma.auditEntry.create({
    data: {
      userId: ctx.principal.userId,
      via: ctx.principal.via,
      action: path,
      subject: idIn(input),
      data: said,
    },
    select: { id: true },
  })
  const result = await next({ ctx: { trail } })
  const outcome = result.ok ? (wasAccepted(result.data) ? 'done' : 'BAD_REQUEST') : codeOf(result.error)
  const made = result.ok ? idIn(result.data) : null
  const name = result.ok ? (result.data as { name?: unknown } | null)?.name : undefined
  await prisma.auditEntry.update({
    where: { id },
    data: {
      outcome,
      projectId: trail.projectId,
      ...(made ? { subject: made } : {}),
      ...(typeof name === 'string' ? { data: { ...said, name } } : {}),
    },
  })
  return result
})

const codeOf = (error: unknown) => (error instanceof TRPCError ? error.code : 'INTERNAL_SERVER_ERROR')
