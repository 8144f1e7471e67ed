import { hashPassword } from 'better-auth/crypto'
import { database } from '../db/client'
import type { Role } from './roles'
import { hashSecret } from './secrets'

/** The project of a fresh installation. */
const FIRST_PROJECT = 'Default'

interface NewAccount {
  token: string
  name: string
  email: string
  password: string
}

/** One-time secrets that make an account: `setup`, or `invite:<project>:<role>`. */
function readPurpose(
  purpose: string,
): { owner: true } | { owner: false; projectId: string; role: Role } | null {
  if (purpose === 'setup') return { owner: true }
  const [kind, projectId, role] = purpose.split(':')
  return kind === 'invite' && projectId && role ? { owner: false, projectId, role: role as Role } : null
}

export type AccountRefusal = 'link-used' | 'owner-exists' | 'email-taken'

/**
 * Makes an account from a one-time link, all in one transaction: the link works once even when two people open it at
 * the same moment.
 *
 * @returns the new user's id, or why not
 */
export async function createAccount(
  account: NewAccount,
): Promise<{ userId: string } | { refused: AccountRefusal }> {
  const password = await hashPassword(account.password)
  const email = account.email.toLowerCase()
  return database().prisma.$transaction(async (tx) => {
    const [secret] = await tx.oneTimeSecret.updateManyAndReturn({
      where: { hash: hashSecret(account.token), usedAt: null, expiresAt: { gt: new Date() } },
      data: { usedAt: new Date() },
    })
    const purpose = secret && readPurpose(secret.purpose)
    if (!purpose) return { refused: 'link-used' }
    // A refusal below must leave the link usable.
    const refuse = async (refused: AccountRefusal) => {
      await tx.oneTimeSecret.update({ where: { id: secret.id }, data: { usedAt: null } })
      return { refused }
    }
    if (purpose.owner && (await tx.user.count({ where: { isOwner: true } })) > 0)
      return refuse('owner-exists')
    if ((await tx.user.count({ where: { email } })) > 0) return refuse('email-taken')
    const user = await tx.user.create({
      data: { name: account.name, email, emailVerified: true, isOwner: purpose.owner },
    })
    await tx.account.create({
      data: { userId: user.id, accountId: user.id, providerId: 'credential', password },
    })
    const projectId = purpose.owner
      ? (
          await tx.project.upsert({
            where: { name: FIRST_PROJECT },
            create: { name: FIRST_PROJECT },
            update: {},
          })
        ).id
      : purpose.projectId
    await tx.membership.create({
      data: { userId: user.id, projectId, role: purpose.owner ? 'admin' : purpose.role },
    })
    await tx.auditEntry.create({
      data: { userId: user.id, action: 'account.create', subject: user.id, projectId, outcome: 'done' },
    })
    return { userId: user.id }
  })
}
