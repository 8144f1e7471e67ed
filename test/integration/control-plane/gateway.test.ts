import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROTOCOL_VERSION } from '../../../contracts/agent-events'
import { TestCluster } from '../../support/cluster'
import { startPostgres, type TestPostgres } from '../../support/postgres'
import { eventually, type TestProcess } from '../../support/processes'
import { RawAgent } from '../../support/raw-agent'

/** Identities live for 20 s and are renewed from 10 s on. */
const ENV = {
  ALTO_LEASE_SECONDS: '4',
  ALTO_HEARTBEAT_SECONDS: '0.5',
  ALTO_POLL_SECONDS: '1',
  ALTO_IDENTITY_HOURS: String(20 / 3600),
}

let postgres: TestPostgres
let cluster: TestCluster
let controlPlane: TestProcess

beforeAll(async () => {
  postgres = await startPostgres()
  cluster = await TestCluster.create(await postgres.createDatabase())
  controlPlane = await cluster.controlPlane(ENV)
  await controlPlane.line('leading')
})

afterAll(async () => {
  await cluster?.close()
  await postgres?.stop()
})

const refusal = async (agent: RawAgent) => {
  const { code, message } = await agent.hear('refuse')
  return { code, message }
}
/** An agent under a name of its own, and the identity that it was given. */
const joined = async (name: string) => {
  const agent = await RawAgent.join(cluster.port, await cluster.invite(), { name })
  const welcome = await agent.hear('welcome')
  return { agent, identity: welcome.identity!, nodeId: welcome.nodeId }
}
/** An agent that was ordered to train a run, and the order. */
const ordered = async (name: string, sweep: string) => {
  const node = await joined(name)
  const sweepId = await cluster.submit(
    {
      name: sweep,
      model: 'builtin/tiny-llama',
      dataset: 'builtin/arithmetic',
      parameters: { learning_rate: { values: [1e-3] } },
      max_steps: 100,
      max_length: 64,
    },
    [{ learning_rate: 1e-3, rank: 4, batch_size: 2 }],
  )
  const quiet = keepBeating(node.agent)
  const order = await node.agent.hear('start-run')
  return {
    ...node,
    order,
    quiet,
    /** Takes the sweep away, so that no node is asked to train it. */
    async end() {
      quiet()
      await cluster.pool.query('DELETE FROM "Job" WHERE "id" = $1', [sweepId])
      await node.agent.end()
    },
  }
}
let beats = 0
function keepBeating(agent: RawAgent): () => void {
  const timer = setInterval(() => agent.beat(++beats), 500)
  return () => clearInterval(timer)
}
const metrics = (
  order: { runId: string; attempt: number; epoch: number; token: string },
  step: number,
  at = Date.now() / 1000,
) => ({
  kind: 'metrics',
  runId: order.runId,
  attempt: order.attempt,
  epoch: order.epoch,
  token: order.token,
  steps: [step],
  samples: [step * 2],
  at: [at],
  series: { train_loss: [1 / step] },
})
const stored = async (runId: string) =>
  (
    await cluster.rows<{ step: number }>('SELECT "step" FROM "Metric" WHERE "runId" = $1 ORDER BY "step"', [
      runId,
    ])
  ).map((row) => row.step)

describe('who is let in', () => {
  test('[N1] an invitation works once; one that is used, expired or made up is refused with a sentence', async () => {
    const invitation = await cluster.invite()
    const first = await RawAgent.join(cluster.port, invitation, { name: 'once' })
    expect((await first.hear('welcome')).identity).toMatch(/^node_/)
    const expired = await cluster.invite()
    await cluster.pool.query(
      `UPDATE "OneTimeSecret" SET "expiresAt" = now() - interval '1 s' WHERE "usedAt" IS NULL`,
    )
    for (const token of [invitation, expired, 'join_made_up']) {
      const second = await RawAgent.join(cluster.port, token, { name: 'twice' })
      expect(await refusal(second)).toEqual({
        code: 'token',
        message:
          'This token is not known, was used already or has expired. Make a new invitation on the cluster page.',
      })
    }
    const taken = await cluster.invite()
    expect((await refusal(await RawAgent.join(cluster.port, taken, { name: 'once' }))).code).toBe(
      'name-taken',
    )
    const again = await RawAgent.join(cluster.port, taken, { name: 'not-taken' })
    expect((await again.hear('welcome')).identity).toMatch(/^node_/)
    await Promise.all([first.end(), again.end()])
  })

  test('[N1] a node that was killed before its identity was on its disk comes with its invitation again, and nobody else', async () => {
    const invitation = await cluster.invite()
    const state = async (name: string) =>
      (await cluster.rows<{ state: string }>('SELECT "state"::text FROM "Node" WHERE "name" = $1', [name]))[0]
        ?.state
    const killed = await RawAgent.join(cluster.port, invitation, { name: 'early' })
    const { nodeId } = await killed.hear('welcome')
    await killed.end()
    await eventually('its end to be noticed', 30, async () => (await state('early')) !== 'alive')
    const thief = await RawAgent.join(cluster.port, invitation, { name: 'thief' })
    expect((await refusal(thief)).code).toBe('token')
    const again = await RawAgent.join(cluster.port, invitation, { name: 'early' })
    const welcome = await again.hear('welcome')
    expect(welcome.nodeId).toBe(nodeId)
    again.beat(1)
    await again.hear('renew')
    const used = () =>
      cluster.rows('SELECT 1 FROM "OneTimeSecret" WHERE "nodeId" = $1 AND "usedAt" IS NOT NULL', [nodeId])
    await eventually('the invitation to be used up', 30, async () => (await used()).length > 0)
    await again.end()
    await eventually('its end to be noticed', 30, async () => (await state('early')) !== 'alive')
    const late = await RawAgent.join(cluster.port, invitation, { name: 'early' })
    expect((await refusal(late)).code).toBe('token')
    const other = await RawAgent.join(cluster.port, welcome.identity!, { name: 'other' })
    expect((await refusal(other)).message).toMatch(/is that of the node early/)
    const home = await RawAgent.join(cluster.port, welcome.identity!, { name: 'early' })
    expect((await home.hear('welcome')).nodeId).toBe(nodeId)
    await home.end()
  })

  test('[N2] an identity is renewed while it is good, replaces the one before once it is stored, and ends', async () => {
    const { agent, identity, nodeId } = await joined('renewed')
    const quiet = keepBeating(agent)
    const next = await agent.hear('identity')
    expect(next.identity).not.toBe(identity)
    // Both are good until the agent says that the new one is on its disk.
    const before = await RawAgent.join(cluster.port, identity, { name: 'renewed' })
    await before.hear('welcome')
    quiet()
    const quietToo = keepBeating(before)
    const newest = await before.hear('identity')
    before.say({ type: 'identity-stored' })
    await eventually('the new identity to be the only one', 30, async () => {
      const [row] = await cluster.rows(
        'SELECT 1 FROM "Node" WHERE "id" = $1 AND "nextIdentityHash" IS NULL',
        [nodeId],
      )
      return row
    })
    quietToo()
    const replayed = await RawAgent.join(cluster.port, identity, { name: 'renewed' })
    expect((await refusal(replayed)).code).toBe('token')
    const renewed = await RawAgent.join(cluster.port, newest.identity, { name: 'renewed' })
    expect((await renewed.hear('welcome')).nodeId).toBe(nodeId)

    await renewed.end()
    await cluster.pool.query(`UPDATE "Node" SET "identityUntil" = now() WHERE "id" = $1`, [nodeId])
    const late = await RawAgent.join(cluster.port, newest.identity, { name: 'renewed' })
    expect((await refusal(late)).message).toContain('The identity of this node has expired')
  })

  test('[N3] a token of an attempt writes that attempt only: not another one, not from another node, not later', async () => {
    const one = await ordered('writer', 'first of two')
    const other = await ordered('neighbour', 'second of two')
    const { token, ...withoutToken } = metrics(one.order, 1)
    const seq = one.agent.report(
      { ...metrics(one.order, 1), token: other.order.token },
      { ...metrics(other.order, 1), token: one.order.token },
      { ...metrics(one.order, 1), attempt: 2, epoch: 2 },
      { ...withoutToken },
      // What another node was given is worth nothing here.
      metrics(other.order, 1),
      metrics(one.order, 2),
    )
    await one.agent.hear('ack', (ack) => ack.seq >= seq)
    expect(await stored(one.order.runId)).toEqual([2])
    expect(await stored(other.order.runId)).toEqual([])
    expect(token).toMatch(/^attempt_/)

    await cluster.pool.query('UPDATE "Run" SET "epoch" = "epoch" + 1 WHERE "id" = $1', [one.order.runId])
    const late = one.agent.report(metrics(one.order, 3))
    await one.agent.hear('ack', (ack) => ack.seq >= late)
    expect(await stored(one.order.runId)).toEqual([2])
    await Promise.all([one.end(), other.end()])
  })
})

describe('what goes wrong on the way', () => {
  test('[L23] an agent of another version is refused with a sentence that names both, whatever else it says', async () => {
    const agent = await RawAgent.dial(cluster.port, await cluster.invite())
    agent.say({ type: 'hello', protocol: 99, somethingNew: true })
    expect(await refusal(agent)).toEqual({
      code: 'protocol',
      message: `The agent speaks version 99 and the control plane version ${PROTOCOL_VERSION}. Update the older one.`,
    })
  })

  test('[L24] poison ends its connection or is passed over; what is around it is stored', async () => {
    for (const poison of [
      '{',
      '[]',
      'null',
      JSON.stringify({ type: 'nobody knows' }),
      'x'.repeat(2_000_000),
    ]) {
      const agent = await RawAgent.dial(cluster.port, await cluster.invite())
      agent.say(poison)
      expect((await refusal(agent)).code).toBe('malformed')
    }
    const { agent, order, end } = await ordered('poisoned', 'poisoned')
    const seq = agent.report(
      metrics(order, 1),
      { kind: 'of tomorrow', any: 'thing' },
      null,
      { ...metrics(order, 2), steps: ['two'] },
      // Understood, but no column takes it.
      { ...metrics(order, 2), series: { 'nul\u0000byte': [1] } },
      { ...metrics(order, 3), at: [8.64e15] },
      metrics(order, 4),
    )
    await agent.hear('ack', (ack) => ack.seq >= seq)
    expect(await stored(order.runId)).toEqual([1, 4])
    agent.say('x'.repeat(17 * 1024 * 1024))
    await eventually('a huge message to end the connection', 30, () => agent.closed)
    expect(agent.closed).toBe(1009)
    await end()
    await (await RawAgent.dial(cluster.port)).end()
  })

  test('[L17] [L22] a slow database holds up metrics, not leases, and a wrong clock of the node changes neither', async () => {
    const { agent, order, quiet, end, nodeId } = await ordered('slow', 'slow')
    quiet()
    const client = await cluster.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('LOCK TABLE "Metric" IN ACCESS EXCLUSIVE MODE')
      const seq = agent.report(metrics(order, 1, 4_000_000_000), metrics(order, 2, 1))
      const number = ++beats
      agent.beat(number)
      const renewed = await agent.hear('renew', (renew) => renew.beat === number)
      expect(renewed.attempts).toEqual([{ runId: order.runId, attempt: 1, epoch: 1 }])
      expect(agent.heard.filter((one) => one.type === 'ack' && one.seq >= seq)).toEqual([])
      const [lease] = await cluster.rows<{ inForce: boolean }>(
        'SELECT "expiresAt" > now() AS "inForce" FROM "Lease" WHERE "nodeId" = $1',
        [nodeId],
      )
      expect(lease).toEqual({ inForce: true })
      await client.query('COMMIT')
      await agent.hear('ack', (ack) => ack.seq >= seq)
    } finally {
      client.release()
    }
    expect(await stored(order.runId)).toEqual([1, 2])
    await end()
  })

  test('[L18] a node that says nothing for a whole lease counts as disconnected, and then as lost', async () => {
    const { agent, nodeId } = await joined('silent')
    const state = async () =>
      (
        await cluster.rows<{ state: string }>('SELECT "state"::text FROM "Node" WHERE "id" = $1', [nodeId])
      )[0]!.state
    expect(await state()).toBe('alive')
    await eventually('the connection to be ended', 60, () => agent.closed)
    await eventually('the node to be lost', 60, async () => (await state()) === 'lost')
  })
})
