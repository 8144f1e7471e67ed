import { hashPassword } from 'better-auth/crypto'
import type { Database } from '@/server/db/client'

export const SEED_EMAIL = 'seeded@alto.example'
export const SEED_PASSWORD = 'seeded password'

/** An owner to sign in with, and the project that `alto up` makes. Only for databases that hold invented data. */
export async function seedAccount({ prisma }: Database): Promise<{ userId: string; projectId: string }> {
  const project = await prisma.project.upsert({
    where: { name: 'Default' },
    create: { name: 'Default' },
    update: {},
  })
  await prisma.cluster.upsert({ where: { name: 'main' }, create: { name: 'main' }, update: {} })
  const before = await prisma.user.findUnique({ where: { email: SEED_EMAIL } })
  if (before) return { userId: before.id, projectId: project.id }
  const user = await prisma.user.create({
    data: { name: 'Seeded data', email: SEED_EMAIL, emailVerified: true, isOwner: true },
  })
  await prisma.account.create({
    data: {
      userId: user.id,
      accountId: user.id,
      providerId: 'credential',
      password: await hashPassword(SEED_PASSWORD),
    },
  })
  await prisma.membership.create({ data: { userId: user.id, projectId: project.id, role: 'admin' } })
  return { userId: user.id, projectId: project.id }
}
