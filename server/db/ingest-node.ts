import { nanoid } from 'nanoid'
import type { Pool, PoolClient } from 'pg'
import type { Heartbeat, Hello } from '../../contracts/agent-events'
import { writeJournal } from './journal'
import { mayMove } from './may-move'
import { hashOf, identify, newIdentityToken, openInvitation, spendInvitations } from './node-identity'
import { inTransaction } from './transaction'

export type SignIn =
  | { ok: true; nodeId: string; ackedSeq: number; identity: string | undefined }
  | { ok: false; code: 'token' | 'name-taken'; message: string }

/**
 * Lets a node in: by its own identity, or by an invitation, which is answered with a new identity. The node and its
 * devices are written as the agent describes them.
 *
 * @param identitySeconds how long a new identity is good
 */
export async function signIn(
  pool: Pool,
  token: string,
  hello: Hello,
  identitySeconds: number,
): Promise<SignIn> {
  return inTransaction(pool, async (client) => {
    const known = await identify(client, token)
    if (known?.expired) return { ok: false, code: 'token', message: EXPIRED }
    if (known && known.name !== hello.name)
      return { ok: false, code: 'token', message: ofAnother(known.name, hello.name) }
    let nodeId = known?.nodeId
    let identity: string | undefined
    if (nodeId === undefined) {
      const invitation = await openInvitation(client, token)
      if (!invitation || (invitation.name !== null && invitation.name !== hello.name))
        return { ok: false, code: 'token', message: UNKNOWN }
      identity = newIdentityToken()
      nodeId = await newNode(client, hello, { hash: hashOf(identity), seconds: identitySeconds })
      if (nodeId === undefined)
        return {
          ok: false,
          code: 'name-taken',
          message: `A node named ${hello.name} is connected already. Start this agent with another --name.`,
        }
      await client.query('UPDATE "OneTimeSecret" SET "nodeId" = $2 WHERE "id" = $1', [invitation.id, nodeId])
    } else await spendInvitations(client, nodeId)
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

const EXPIRED =
  'The identity of this node has expired, since it was away for too long. Make a new invitation on the cluster page and start the agent with it.'
const UNKNOWN =
  'This token is not known, was used already or has expired. Make a new invitation on the cluster page.'

const ofAnother = (name: string, given: string) =>
  `This identity is that of the node ${name}, and the agent calls itself ${given}. Start it with --name ${name}, or with an invitation of its own.`

/** A new node, or one of this name that is away and takes the new identity. */
async function newNode(
  client: PoolClient,
  hello: Hello,
  identity: { hash: string; seconds: number },
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO "Node" ("id", "clusterId", "name", "identityHash", "agentVersion", "cpuCores", "memoryBytes",
       "lastSeenAt", "identityUntil")
     SELECT $1, c."id", $2, $3, $4, $5, $6, now(), now() + make_interval(secs => $7)
     FROM (SELECT "id" FROM "Cluster" ORDER BY "createdAt" LIMIT 1) c
     ON CONFLICT ("name") DO UPDATE SET "identityHash" = excluded."identityHash",
       "identityUntil" = excluded."identityUntil", "nextIdentityHash" = NULL, "nextIdentityUntil" = NULL
       WHERE "Node"."state" <> 'alive'
     RETURNING "id"`,
    [
      nanoid(12),
      hello.name,
      identity.hash,
      hello.agentVersion,
      hello.cpuCores,
      hello.memoryBytes,
      identity.seconds,
    ],
  )
  return rows[0]?.id
}

async function writeDevices(client: PoolClient, nodeId: string, hello: Hello): Promise<void> {
  await client.query('DELETE FROM "Gpu" WHERE "nodeId" = $1 AND NOT ("index" = ANY($2))', [
    nodeId,
    hello.devices.map((device) => device.index),
  ])
  const { devices } = hello
  await client.query(
    `INSERT INTO "Gpu" ("id", "nodeId", "index", "kind", "name", "memoryBytes")
     SELECT $1 || '/' || d."index", $2, d.* FROM unnest($3::int[], $4::text[], $5::text[], $6::bigint[])
       AS d("index", "kind", "name", "memoryBytes")
     ON CONFLICT ("nodeId", "index") DO UPDATE SET "kind" = excluded."kind", "name" = excluded."name",
       "memoryBytes" = excluded."memoryBytes"`,
    [
      hello.name,
      nodeId,
      devices.map((device) => device.index),
      devices.map((device) => device.kind),
      devices.map((device) => device.name),
      devices.map((device) => device.memoryBytes),
    ],
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
    await client.query('UPDATE "Node" SET "lastSeenAt" = now(), "strangers" = $2 WHERE "id" = $1', [
      nodeId,
      JSON.stringify(beat.strangers),
    ])
    const { cpuUtilisation, memoryUsedBytes, devices, strangers, at } = beat
    await writeJournal(client, [
      { kind: 'devices', nodeId, data: { at, cpuUtilisation, memoryUsedBytes, devices, strangers } },
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

/** Nodes without a connection whose end could not be written when it came, since the database was away. */
export async function disconnectAbsent(
  pool: Pool,
  present: readonly string[],
  silentSeconds: number,
): Promise<void> {
  await pool.query(
    `UPDATE "Node" SET "state" = 'disconnected' WHERE ${mayMove('Node', 'disconnected')}
       AND NOT ("id" = ANY($1)) AND "lastSeenAt" < now() - make_interval(secs => $2)`,
    [present, silentSeconds],
  )
}
