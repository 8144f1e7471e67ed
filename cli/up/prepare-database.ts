import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { nanoid } from 'nanoid'
import { Client } from 'pg'
import { CHECKOUT } from './checkout'

const hash = (secret: string) => createHash('sha256').update(secret).digest('hex')

/** Applies what the database lacks. Waits for one that is still away, and says so. */
export async function migrate(databaseUrl: string, report: (line: string) => void): Promise<void> {
  const { deployMigrations } = (await import(
    pathToFileURL(join(CHECKOUT, 'scripts', 'schema-engine.mjs')).href
  )) as { deployMigrations: (url: string) => Promise<string[]> }
  await waitForDatabase(databaseUrl, report)
  await deployMigrations(databaseUrl)
}

const AWAY = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', '57P03'])

async function waitForDatabase(url: string, report: (line: string) => void): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      await client.end().catch(() => {})
      const { code, message } = error as { code?: string; message: string }
      if (!AWAY.has(code ?? '') && !/timeout/i.test(message))
        throw new Error(`DATABASE_URL: the database refuses the connection: ${message}.`)
      if (attempt === 0) report('The database does not answer yet; waiting for it.')
      await wait(1_000)
    }
  }
}

/**
 * What a fresh installation needs before anyone has an account: a project, and a user `This machine` whose only way in
 * is the CLI's token from the data folder.
 */
export async function prepareRows(databaseUrl: string, cliToken: string): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(
      `INSERT INTO "Cluster" ("id", "name") VALUES ('main', 'main') ON CONFLICT ("name") DO NOTHING`,
    )
    await client.query(
      `INSERT INTO "Project" ("id", "name") VALUES ($1, 'Default') ON CONFLICT ("name") DO NOTHING`,
      [nanoid(12)],
    )
    await client.query(
      `INSERT INTO "User" ("id", "name", "email", "updatedAt") VALUES ('this-machine', 'This machine', 'this-machine@alto.invalid', now())
       ON CONFLICT ("id") DO NOTHING`,
    )
    await client.query(
      `INSERT INTO "Membership" ("projectId", "userId", "role") SELECT "id", 'this-machine', 'admin' FROM "Project"
       WHERE "name" = 'Default' ON CONFLICT DO NOTHING`,
    )
    await client.query(
      `INSERT INTO "ApiToken" ("id", "name", "prefix", "hash", "userId", "role")
       VALUES ($1, 'CLI of this machine', $2, $3, 'this-machine', 'admin') ON CONFLICT ("hash") DO NOTHING`,
      [nanoid(12), cliToken.slice(0, 10), hash(cliToken)],
    )
  })
}

/** A one-time secret; only its hash is stored. */
export async function issueSecret(
  databaseUrl: string,
  purpose: 'setup' | 'join-node',
  validHours: number,
): Promise<string> {
  const secret = `${purpose === 'setup' ? 'setup' : 'join'}_${randomBytes(32).toString('base64url')}`
  await withClient(databaseUrl, async (client) => {
    // Only the newest set-up link works.
    if (purpose === 'setup')
      await client.query(`DELETE FROM "OneTimeSecret" WHERE "purpose" = 'setup' AND "usedAt" IS NULL`)
    await client.query(
      `INSERT INTO "OneTimeSecret" ("id", "purpose", "hash", "expiresAt") VALUES ($1, $2, $3, now() + make_interval(hours => $4))`,
      [nanoid(12), purpose, hash(secret), validHours],
    )
  })
  return secret
}

/** Whether the first account exists. */
export async function hasOwner(databaseUrl: string): Promise<boolean> {
  return withClient(databaseUrl, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM "User" WHERE "isOwner" LIMIT 1')
    return Boolean(rowCount)
  })
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
