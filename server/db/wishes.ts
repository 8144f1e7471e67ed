import type { Pool } from 'pg'
import { probeDeployment, stopDeployment } from './deployments-end'
import { isAboutData } from './is-about-data'
import { writeJournal } from './journal'
import { inTransaction } from './transaction'
import { cancelSweep } from './wishes-cancel'
import { pinRun, reviveRun, stopRun } from './wishes-run'
import type { Outcome, Wish, Wishing } from './wishing'

const SCHEDULING = { drain: 'draining', cordon: 'cordoned', open: 'open' } as const

/** Applies what people asked for, in order, each in a transaction of its own. True where something has changed. */
export async function applyWishes(pool: Pool, parkedSeconds: number): Promise<boolean> {
  const { rows } = await pool.query<Wish & { actor: string | null }>(
    `SELECT w."id", w."kind", w."subject", w."data", w."actorId", u."name" AS "actor"
     FROM "Wish" w LEFT JOIN "User" u ON u."id" = w."actorId" WHERE w."appliedAt" IS NULL ORDER BY w."id"`,
  )
  for (const { actor, ...wish } of rows)
    try {
      await inTransaction(pool, (client) =>
        applyWish({ client, wish, actor: actor ?? 'a person', parkedSeconds, journal: [] }),
      )
    } catch (error) {
      if (!isAboutData(error) && !(error instanceof TypeError)) throw error
      await refuseWish(pool, wish.id, error as Error)
    }
  return rows.length > 0
}

/** One wish that cannot be applied does not keep those after it waiting. */
async function refuseWish(pool: Pool, id: number, error: Error): Promise<void> {
  await pool.query('UPDATE "Wish" SET "appliedAt" = now(), "refusal" = $2 WHERE "id" = $1', [
    id,
    `This could not be done: ${error.message}.`,
  ])
}

async function applyWish(wishing: Wishing): Promise<void> {
  const { client, wish, journal } = wishing
  await client.query('UPDATE "Cluster" SET "version" = "version" + 1')
  const outcome = await fulfil(wishing)
  if (!('later' in outcome)) {
    const refusal = 'refusal' in outcome ? outcome.refusal : null
    await client.query('UPDATE "Wish" SET "appliedAt" = now(), "refusal" = $2 WHERE "id" = $1', [
      wish.id,
      refusal,
    ])
    const [scope, id] = splitSubject(wish.subject)
    const runs = await client.query<{ sweepId: string }>('SELECT "sweepId" FROM "Run" WHERE "id" = $1', [id])
    journal.push({
      kind: 'wish',
      jobId: scope === 'sweep' || scope === 'deployment' ? id : runs.rows[0]?.sweepId,
      runId: scope === 'run' ? id : null,
      nodeId: scope === 'node' ? id : null,
      data: { wishId: wish.id, kind: wish.kind, applied: refusal === null, refusal },
    })
  }
  await writeJournal(client, journal)
}

async function fulfil(wishing: Wishing): Promise<Outcome> {
  const [scope, id] = splitSubject(wishing.wish.subject)
  switch (`${scope} ${wishing.wish.kind}`) {
    case 'run stop':
      return stopRun(wishing, id)
    case 'run revive':
      return reviveRun(wishing, id)
    case 'run pin':
      return pinRun(wishing, id, true)
    case 'run unpin':
      return pinRun(wishing, id, false)
    case 'sweep cancel':
      return cancelSweep(wishing, id)
    case 'sweep priority':
      return setPriority(wishing, id)
    case 'sweep gpus':
      return setGpus(wishing, id)
    case 'deployment cancel':
      return stopDeployment(wishing, id)
    case 'deployment probe':
      return probeDeployment(wishing, id)
    case 'node drain':
    case 'node cordon':
    case 'node open':
      return schedule(wishing, id, SCHEDULING[wishing.wish.kind as keyof typeof SCHEDULING])
    default:
      return { refusal: `Nobody knows how to ${wishing.wish.kind} ${wishing.wish.subject}.` }
  }
}

async function setPriority({ client, wish, journal }: Wishing, sweepId: string): Promise<Outcome> {
  const priority = wish.data.priority
  if (typeof priority !== 'number' || !Number.isInteger(priority) || Math.abs(priority) > 100)
    return { refusal: 'A priority is a whole number from −100 to 100.' }
  const { rowCount } = await client.query('UPDATE "Job" SET "priority" = $2 WHERE "id" = $1', [
    sweepId,
    priority,
  ])
  if (!rowCount) return { refusal: 'This sweep does not exist any more.' }
  journal.push({ kind: 'sweep', jobId: sweepId, data: { priority } })
  return { done: true }
}

/** A gang is granted whole, so its size is open only while it waits. */
async function setGpus({ client, wish, journal }: Wishing, sweepId: string): Promise<Outcome> {
  const gpus = wish.data.gpus
  if (typeof gpus !== 'number' || !Number.isInteger(gpus) || gpus < 1)
    return { refusal: 'A sweep asks for a whole number of GPUs, at least 1.' }
  const { rowCount } = await client.query(
    `UPDATE "Job" SET "gpus" = $2 WHERE "id" = $1 AND "state" = 'waiting'`,
    [sweepId, gpus],
  )
  if (!rowCount) return { refusal: 'This sweep does not wait any more: its GPUs are granted.' }
  await client.query(
    `UPDATE "Sweep" SET "spec" = jsonb_set("spec", '{gpus}', to_jsonb($2::int)) WHERE "jobId" = $1`,
    [sweepId, gpus],
  )
  journal.push({ kind: 'sweep', jobId: sweepId, data: { gpus } })
  return { done: true }
}

async function schedule({ client, journal }: Wishing, nodeId: string, to: string): Promise<Outcome> {
  const { rowCount } = await client.query(
    'UPDATE "Node" SET "scheduling" = $2::"Scheduling" WHERE "id" = $1',
    [nodeId, to],
  )
  if (!rowCount) return { refusal: 'This node does not exist any more.' }
  journal.push({ kind: 'node', nodeId, data: { scheduling: to } })
  return { done: true }
}

function splitSubject(subject: string): [scope: string, id: string] {
  const colon = subject.indexOf(':')
  return [subject.slice(0, colon), subject.slice(colon + 1)]
}
