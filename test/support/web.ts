/** The server side of the web over a real database, without HTTP: one a test file. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nanoid } from 'nanoid'
import type { Principal } from '@/server/auth/principal'
import type { Role } from '@/server/auth/roles'
import { type Database, database } from '@/server/db/client'
import { createCaller } from '@/server/routers/app-router'
import { startPostgres } from './postgres'

export interface TestWeb {
  db: Database
  dataDir: string
  projectId: string
  /** A person with a role in the project, or in a project of their own. */
  person(role: Role, projectId?: string): Promise<Principal>
  project(name: string): Promise<string>
  caller(principal: Principal | null): ReturnType<typeof createCaller>
  stop(): Promise<void>
}

export async function startWeb(options: { durable?: boolean } = {}): Promise<TestWeb> {
  const postgres = await startPostgres(options)
  const dataDir = mkdtempSync(join(tmpdir(), 'alto-web-'))
  process.env.DATABASE_URL = await postgres.createDatabase()
  process.env.ALTO_DATA_DIR = dataDir
  process.env.ALTO_SECRET = randomBytes(32).toString('hex')
  process.env.ALTO_URL = 'http://localhost:3000'
  process.env.ALTO_LOG_LEVEL = 'silent'
  const db = database()
  await db.prisma.cluster.create({ data: { name: 'main' } })
  const project = async (name: string) => (await db.prisma.project.create({ data: { name } })).id
  const projectId = await project('Default')
  return {
    db,
    dataDir,
    projectId,
    project,
    async person(role, inProject = projectId) {
      const user = await db.prisma.user.create({
        data: { name: role, email: `${nanoid(8)}@alto.example`.toLowerCase() },
      })
      await db.prisma.membership.create({ data: { userId: user.id, projectId: inProject, role } })
      return {
        userId: user.id,
        name: user.name,
        email: user.email,
        isOwner: false,
        via: 'session',
        ceiling: 'admin',
        memberships: new Map([[inProject, role]]),
      }
    },
    caller: (principal) => createCaller({ principal, headers: new Headers() }),
    async stop() {
      await db.close()
      await postgres.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
