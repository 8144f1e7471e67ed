import { createHash, randomBytes } from 'node:crypto'
import { nanoid } from 'nanoid'
import type { Pool, PoolClient } from 'pg'
import type { Heartbeat, Hello } from '../../contracts/agent-events'
import { writeJournal } from './journal'
import { mayMove } from './may-move'
import { inTransaction } from './transaction'

export type SignIn =
  | { ok: true; nodeId: string; ackedSeq: number; identity: string | undefined }
  | { ok: false; code: 'token' | 'name-taken'; message: string }

const hash = (token: string) => createHash('sha256').update(token).digest('hex')

/**
 * Lets a node in: by its own identity, or by an invitation, which is used up and answered with a new identity. The node
 * and its devices are written as the agent describes them.
 */
export async function signIn(pool: Pool, token: string, hello: Hello): Promise<SignIn> {
  return inTransaction(pool, async (client) => {
    const known = await client.query<{ id: string; name: string }>(
      'SELECT "id", "name" FROM "Node" WHERE "identityHash" = $1 FOR UPDATE',
      [hash(token)],
    )
    let nodeId = known.rows[0]?.id
    let identity: string | undefined
    if (nodeId === undefined) {
      const invited = await client.query(
        `UPDATE "OneTimeSecret" SET "usedAt" = now()
         WHERE "hash" = $1 AND "purpose" = 'join-node' AND "usedAt" IS NULL AND "expiresAt" > now()`,
        [hash(token)],
      )
      if (!invited.rowCount)
        return {
          ok: false,
          code: 'token',
          message:
            'This token is not known, was used already or has expired. Make a new invitation on the cluster page.',
        }
      identity = `node_${randomBytes(32).toString('base64url')}`
      nodeId = await newNode(client, hello, hash(identity))
      if (nodeId === undefined)
        return {
          ok: false,
          code: 'name-taken',
          message: `A node named ${hello.name} is connected already. Start this agent with another --name.`,
        }
    }
    const { rows } = await client.query<{ ackedSeq: number; was: string }>(
      `UPDATE "Node" n SET "state" = 'alive', "agentVersion" = $2, "cpuCores" = $3, "memoryBytes" = $4,
         "labels" = $5, "lastSeenAt" = now()
       FROM (SELECT "state"::text AS was FROM "Node" WHERE "id" = $1) before
       WHERE n."id" = $1 AND ${mayMove('Node', 'alive', { of: 'n', orStay: true })}
       RETURNING n."ackedSeq", before.was`,
      [nodeId, hello.agentVersion, hello.cpuCores, hello.memoryBytes, JSON.stringify(hello.labels)],
    )
    await writeDevices(client, nodeId, hello)
    await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
    await writeJournal(client, [{ kind: 'node', nodeId, data: { state: 'alive', name: hello.name } }])
    return { ok: true, nodeId, ackedSeq: rows[0]!.ackedSeq, identity }
  })
}

/** A new node, or one of this name that is away and takes the new identity. */
async function newNode(client: PoolClient, hello: Hello, identityHash: string): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO "Node" ("id", "clusterId", "name", "identityHash", "agentVersion", "cpuCores", "memoryBytes", "lastSeenAt")
     SELECT $1, c."id", $2, $3, $4, $5, $6, now() FROM (SELECT "id" FROM "Cluster" ORDER BY "createdAt" LIMIT 1) c
     ON CONFLICT ("name") DO UPDATE SET "identityHash" = excluded."identityHash" WHERE "Node"."state" <> 'alive'
     RETURNING "id"`,
    [nanoid(12), hello.name, identityHash, hello.agentVersion, hello.cpuCores, hello.memoryBytes],
  )
  return rows[0]?.id
}

async function writeDevices(client: PoolClient, nodeId: string, hello: Hello): Promise<void> {
  await client.query('DELETE FROM "Gpu" WHERE "nodeId" = $1 AND NOT ("index" = ANY($2))', [
    nodeId,
    hello.devices.map((device) => device.index),
  ])
  for (const device of hello.devices)
    await client.query(
      `INSERT INTO "Gpu" ("id", "nodeId", "index", "kind", "name", "memoryBytes") VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT ("nodeId", "index") DO UPDATE SET "kind" = excluded."kind", "name" = excluded."name",
         "memoryBytes" = excluded."memoryBytes"`,
      [`${hello.name}/${device.index}`, nodeId, device.index, device.kind, device.name, device.memoryBytes],
    )
}

/** How busy the devices of a node are: one row each, and one fact for live charts. */
export async function storeSamples(pool: Pool, nodeId: string, beat: Heartbeat): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(
      `INSERT INTO "GpuSample" ("nodeId", "index", "at", "utilisation", "memoryUsedBytes", "temperatureC", "powerW")
       SELECT $1, s.* FROM unnest($2::int[], $3::timestamptz[], $4::float8[], $5::bigint[], $6::float8[], $7::float8[]) s
       ON CONFLICT DO NOTHING`,
      [
        nodeId,
        beat.devices.map((device) => device.index),
        beat.devices.map(() => beat.at),
        beat.devices.map((device) => device.utilisation),
        beat.devices.map((device) => device.memoryUsedBytes),
        beat.devices.map((device) => device.temperatureC),
        beat.devices.map((device) => device.powerW),
      ],
    )
    await client.query('UPDATE "Node" SET "lastSeenAt" = now() WHERE "id" = $1', [nodeId])
    const { cpuUtilisation, memoryUsedBytes, devices, at } = beat
    await writeJournal(client, [
      { kind: 'devices', nodeId, data: { at, cpuUtilisation, memoryUsedBytes, devices } },
    ])
  })
}

/** The connection of a node has ended. Its work goes on under its leases; nothing is placed again yet. */
export async function markDisconnected(pool: Pool, nodeId: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE "Node" SET "state" = 'disconnected' WHERE "id" = $1 AND ${mayMove('Node', 'disconnected')}`,
      [nodeId],
    )
    if (!rowCount) return
    await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
    await writeJournal(client, [{ kind: 'node', nodeId, data: { state: 'disconnected' } }])
  })
}

/** A leader that starts has no connection yet; nodes that are there come back within seconds. */
export async function disconnectAll(pool: Pool): Promise<void> {
  await pool.query(`UPDATE "Node" SET "state" = 'disconnected' WHERE ${mayMove('Node', 'disconnected')}`)
}
