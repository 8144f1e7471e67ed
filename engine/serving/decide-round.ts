import type { Choice, Wait } from './choice'
import type { RunAction, RunCode, ServingAction, ServingPlan, WaitAction } from './plan'
import { type PolicyName, policyOf } from './policies/registry'
import type { RequestView, ServingSnapshot } from './snapshot'

/**
 * One serving round: what runs from `now` to the next boundary, and why everything else waits. Pure and
 * deterministic; the control plane and the simulator call this same function. Called at every boundary and arrival.
 *
 * @param now milliseconds on the snapshot's clock; requests with `busyUntilMs > now` are left alone
 */
export function decideRound(given: ServingSnapshot, policy: PolicyName, now: number): ServingPlan {
  const snapshot = inOrderOfArrival(given)
  const { run, waits, wakeAtMs } = policyOf(policy)(snapshot, now)
  const actions: ServingAction[] = []
  const running = new Set<string>()
  const takenBy = new Map<number, readonly RequestView[]>()
  for (const choice of run) {
    actions.push(explainRun(choice, now))
    for (const request of choice.requests) running.add(request.id)
    for (const gpu of choice.gpus) takenBy.set(gpu, choice.requests)
  }
  let free = 0
  for (let index = 0; index < snapshot.gpus.length; index++) {
    if (snapshot.gpus[index]!.busyUntilMs <= now && !takenBy.has(index)) free++
  }
  for (const request of snapshot.requests) {
    if (request.busyUntilMs !== undefined && request.busyUntilMs > now) continue
    if (running.has(request.id)) continue
    const wait = waits?.get(request.id) ?? { code: 'gpus-busy', requested: 1, available: free, rule: 'S1' }
    actions.push(explainWait(request, wait, now, takenBy))
  }
  return wakeAtMs === undefined ? { actions } : { actions, wakeAtMs }
}

/** Equal arrivals in order of id, so that the plan does not depend on how a caller stored its requests. */
function inOrderOfArrival(snapshot: ServingSnapshot): ServingSnapshot {
  const { requests } = snapshot
  for (let index = 1; index < requests.length; index++) {
    if (byArrival(requests[index - 1]!, requests[index]!) < 0) continue
    return { ...snapshot, requests: [...requests].sort(byArrival) }
  }
  return snapshot
}

function byArrival(a: RequestView, b: RequestView): number {
  return a.arrivalMs - b.arrivalMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

function explainRun(choice: Choice, now: number): RunAction {
  const first = choice.requests[0]!
  const sp = choice.gpus.length
  const batch = choice.requests.length
  const kind = kindOfRun(first, sp, batch, now)
  const code: RunCode = RUN_CODES[kind]
  return {
    kind,
    requests: choice.requests.map((request) => request.id),
    gpus: choice.gpus,
    phase: first.stage,
    sp,
    batch,
    rule: choice.rule,
    receipt: { code, message: runMessage(kind, first, sp, batch, now), requested: sp, available: sp },
  }
}

const RUN_CODES = {
  start: 'started',
  continue: 'continued',
  resume: 'resumed',
  resize: 'resized',
  batch: 'batched',
} as const satisfies Record<RunAction['kind'], RunCode>

function kindOfRun(request: RequestView, sp: number, batch: number, now: number): RunAction['kind'] {
  if (request.lastEndMs === undefined) return batch > 1 ? 'batch' : 'start'
  if (request.stage === 'denoise' && batch > 1) return 'batch'
  if (request.stage === 'denoise' && request.stepsDone > 0) {
    if (request.lastEndMs < now) return 'resume'
    if (request.gpus.length !== sp) return 'resize'
  }
  return 'continue'
}

function runMessage(
  kind: RunAction['kind'],
  request: RequestView,
  sp: number,
  batch: number,
  now: number,
): string {
  const on = sp === 1 ? '1 GPU' : `${sp} GPUs`
  switch (kind) {
    case 'start':
      return `Started on ${on}.`
    case 'resume':
      return `Resumed at step ${request.stepsDone + 1} on ${on} after ${seconds(now - (request.lastEndMs ?? now))}.`
    case 'resize': {
      const verb = sp > request.gpus.length ? 'Widened' : 'Narrowed'
      return `${verb} from SP ${request.gpus.length} to SP ${sp} after step ${request.stepsDone}.`
    }
    case 'batch':
      return `Shares its ${request.stage === 'denoise' ? 'steps' : request.stage} with ${batch - 1} of its size.`
    case 'continue':
      return `Goes on at step ${request.stepsDone + 1} on ${on}.`
  }
}

function explainWait(
  request: RequestView,
  wait: Wait,
  now: number,
  takenBy: ReadonlyMap<number, readonly RequestView[]>,
): WaitAction {
  const stopped = request.lastEndMs === now
  const heirs = new Set<string>()
  if (stopped) {
    for (const gpu of request.gpus) for (const heir of takenBy.get(gpu) ?? []) heirs.add(heir.id)
  }
  const late = wait.code === 'set-aside' || wait.code === 'cannot-make-it'
  const kind = stopped ? 'pause' : late ? 'set-aside' : 'hold'
  const message = waitMessage(request, wait, now)
  return {
    kind,
    request: request.id,
    afterStep: request.stepsDone,
    gaveWayTo: [...heirs],
    rule: wait.rule,
    receipt: {
      code: wait.code,
      message: stopped ? `${pauseMessage(request, heirs)} ${message}` : message,
      requested: wait.requested,
      available: wait.available,
    },
  }
}

function pauseMessage(request: RequestView, heirs: ReadonlySet<string>): string {
  const to = heirs.size === 0 ? 'Its GPUs are kept free.' : `${[...heirs].join(', ')} goes first.`
  return `Paused after step ${request.stepsDone}. ${to} No step lost.`
}

function waitMessage(request: RequestView, wait: Wait, now: number): string {
  const need = wait.requested === 1 ? '1 GPU' : `${wait.requested} GPUs`
  switch (wait.code) {
    case 'gpus-busy':
      return `Needs ${need}: all are taken by requests that go first.`
    case 'gang':
      return `Needs ${need} on one node and ${wait.available} are free.`
    case 'cannot-make-it': {
      const over = now - request.deadlineMs
      const when = over > 0 ? `was due ${seconds(over)} ago` : `is due in ${seconds(-over)}`
      return `Cannot make it: it ${when} and no degree is fast enough. It runs when GPUs are idle.`
    }
    case 'set-aside':
      return `Set aside: on time it would make others late. It runs when GPUs are idle.`
  }
}

/** `3.2 s`: one decimal below a minute, whole seconds above. */
function seconds(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}
