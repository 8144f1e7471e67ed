import { endAttempt } from './attempts'
import { decisionRow } from './decisions'
import { mayMove } from './may-move'
import { reopenSweep } from './reopen-sweep'
import type { Outcome, Wishing } from './wishing'

interface WishedRun {
  id: string
  sweepId: string
  number: number
  state: string
  step: number
  samples: number
  stopReason: string | null
  audited: boolean
  jobState: string
  rule: string | null
  hasState: boolean
  /** Some state of it was stored once. */
  wasStored: boolean
  /** What the node said when its newest attempt ended. */
  lastWord: string | null
}

const GONE: Outcome = { refusal: 'This run does not exist any more.' }

/** Parks the run at its next step boundary; only a person brings it back. */
export async function stopRun(wishing: Wishing, runId: string): Promise<Outcome> {
  const { client, wish, actor, parkedSeconds, journal } = wishing
  const run = await lockRun(wishing, runId)
  if (!run) return GONE
  if (run.state !== 'training' && run.state !== 'waiting')
    return { refusal: `${name(run)} does not train: it is ${run.state}.` }
  const decision = await decisionRow(client, {
    jobId: run.sweepId,
    runId,
    kind: 'stop',
    reason: 'user',
    actorId: wish.actorId,
    sentence: `${name(run)} was stopped by ${actor} at ${run.samples.toLocaleString('en')} samples.`,
    seen: { atSamples: run.samples, step: run.step, observed: null, threshold: null, peers: [] },
  })
  await client.query(
    `UPDATE "Run" SET "state" = 'parked', "stopReason" = 'user', "stopDecisionId" = $2,
       "parkedUntil" = now() + make_interval(secs => $3) WHERE "id" = $1 AND ${mayMove('Run', 'parked')}`,
    [runId, decision.id, parkedSeconds],
  )
  await endAttempt(client, runId, 'user')
  journal.push(decision.entry, runFact(run, 'parked', 'user'))
  return { done: true }
}

/** The run waits for a slot again and goes on from its exact step; the rule that stopped it may not stop it again. */
export async function reviveRun(wishing: Wishing, runId: string): Promise<Outcome> {
  const { client, wish, actor, journal } = wishing
  const run = await lockRun(wishing, runId)
  if (!run) return GONE
  // An audited run is stopped to its sweep, though it goes on quietly: from now on it counts again.
  const goesOn = run.audited && (run.state === 'training' || run.state === 'waiting')
  if (run.state !== 'parked' && run.state !== 'failed' && !goesOn)
    return { refusal: `${name(run)} cannot be revived: it is ${run.state}.` }
  if (run.step > 0 && !run.hasState && !goesOn)
    return {
      refusal: run.wasStored
        ? `${name(run)} cannot be revived: its parked state was deleted when its retention ended.`
        : `${name(run)} cannot be revived, since nothing of it was stored: ${run.lastWord ?? 'its node was lost'}. Clone it to train it again.`,
    }
  await client.query(
    `UPDATE "Run" SET "state" = CASE "state" WHEN 'training' THEN "state" ELSE 'waiting' END, "audited" = false,
       "stopReason" = NULL, "stopDecisionId" = NULL, "parkedUntil" = NULL, "error" = NULL, "endedAt" = NULL,
       "exemptRules" = CASE WHEN $2::text IS NULL OR $2 = ANY("exemptRules") THEN "exemptRules"
         ELSE array_append("exemptRules", $2) END
     WHERE "id" = $1 AND ("audited" OR ${mayMove('Run', 'waiting', { from: ['parked', 'failed'] })})`,
    [runId, run.rule],
  )
  await reopenSweep(client, run.sweepId)
  const exempt = run.rule === null ? '' : ` Rule ${run.rule} will not stop it again.`
  const decision = await decisionRow(client, {
    jobId: run.sweepId,
    runId,
    kind: 'revive',
    rule: run.rule,
    actorId: wish.actorId,
    sentence: `${name(run)} was revived by ${actor} and goes on from step ${run.step.toLocaleString('en')}.${exempt}`,
    seen: { atSamples: run.samples, step: run.step, stopReason: run.stopReason },
  })
  journal.push(decision.entry, runFact(run, run.state === 'training' ? 'training' : 'waiting'))
  if (run.jobState !== 'running' && run.jobState !== 'waiting')
    journal.push({ kind: 'sweep', jobId: run.sweepId, data: { state: 'waiting' } })
  return { done: true }
}

/** No rule stops a pinned run. */
export async function pinRun(wishing: Wishing, runId: string, pinned: boolean): Promise<Outcome> {
  const { client, wish, actor, journal } = wishing
  const run = await lockRun(wishing, runId)
  if (!run) return GONE
  await client.query('UPDATE "Run" SET "pinned" = $2 WHERE "id" = $1', [runId, pinned])
  const decision = await decisionRow(client, {
    jobId: run.sweepId,
    runId,
    kind: pinned ? 'pin' : 'unpin',
    actorId: wish.actorId,
    sentence: pinned
      ? `${name(run)} was pinned by ${actor}: no rule stops it.`
      : `${name(run)} was unpinned by ${actor}: rules may stop it again.`,
    seen: { pinned },
  })
  journal.push(decision.entry, { ...runFact(run, run.state), data: { state: run.state, pinned } })
  return { done: true }
}

async function lockRun({ client }: Wishing, runId: string): Promise<WishedRun | undefined> {
  const { rows } = await client.query<WishedRun>(
    `SELECT r."id", r."sweepId", r."number", r."state"::text AS "state", r."step", r."samples", r."stopReason",
       r."audited", j."state"::text AS "jobState", d."rule",
       (EXISTS (SELECT 1 FROM "Checkpoint" c WHERE c."runId" = r."id" AND c."deletedAt" IS NULL)
         OR EXISTS (SELECT 1 FROM "Attempt" a WHERE a."runId" = r."id" AND a."state" = 'ending')) AS "hasState",
       EXISTS (SELECT 1 FROM "Checkpoint" c WHERE c."runId" = r."id") AS "wasStored",
       (SELECT rtrim(a."message", '.') FROM "Attempt" a WHERE a."runId" = r."id" ORDER BY a."number" DESC LIMIT 1)
         AS "lastWord"
     FROM "Run" r JOIN "Job" j ON j."id" = r."sweepId" LEFT JOIN "Decision" d ON d."id" = r."stopDecisionId"
     WHERE r."id" = $1 FOR UPDATE OF r, j`,
    [runId],
  )
  return rows[0]
}

/** People see r07. */
const name = (run: WishedRun) => `r${String(run.number).padStart(2, '0')}`

function runFact(run: WishedRun, state: string, reason: string | null = null) {
  return { kind: 'run', jobId: run.sweepId, runId: run.id, data: { state, reason } }
}
