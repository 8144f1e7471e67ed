import { vi } from 'vitest'
import { deploymentSettings } from '../../contracts/deployment-spec'
import { ProfileBook } from '../../control-plane/serving/profile-book'
import { Recorder } from '../../control-plane/serving/recorder'
import { Rounds } from '../../control-plane/serving/rounds'
import type { Slot } from '../../control-plane/serving/slot'
import type { PolicyName } from '../../engine/serving/policies/registry'
import type { TraceRequest } from '../../engine/sim/serving/trace'
import { type ProfileRow, timesOfRows } from '../../server/db/serving-profile'
import type { LiveRequestRow } from '../../server/db/serving-rows'
import { VirtualExecutor, type VirtualState } from './virtual-executor'

const COSTS = { switchMs: 1, resumeMs: 1 }

const rowOf = (kind: ProfileRow['kind'], side: number, frames: number, stepMs: number): ProfileRow => {
  const measured = { encodeMs: 1, stepMs, decodeMs: 4, steps: 20, encodes: 20, decodes: 20 }
  return { kind, width: side, height: side, frames, batch: 1, sp: 1, ...measured }
}

/** What the leader believes that steps take. */
export const VIRTUAL_ROWS: readonly ProfileRow[] = [
  rowOf('image', 64, 1, 30),
  rowOf('image', 128, 1, 45),
  rowOf('video', 48, 8, 40),
  rowOf('video', 64, 8, 90),
]
export const VIRTUAL_TIMES = timesOfRows(VIRTUAL_ROWS, COSTS)

interface Replayed {
  /** In the order of the trace; null where it never ended. */
  finishedMs: (number | null)[]
  /** Steps that executors did of each request. */
  steps: number[]
  figures: Record<string, number | null>
}

/**
 * The leader's own rounds over two nodes of one GPU each, on the test's clock: real orders and events, executors whose
 * steps take `factor()` times what the profile says. Fake timers must be on.
 */
export async function serveOnVirtualNodes(
  policy: PolicyName,
  trace: readonly TraceRequest[],
  factor: () => number,
): Promise<Replayed> {
  vi.setSystemTime(0)
  const ends = new Map<string, number>()
  const steps = new Map<string, number>()
  const behaviour = {
    messageMs: 2,
    disk: new Map<string, VirtualState>(),
    unitMs: ({ kind, width }: { kind: string; width: number }, stage: 'encode' | 'denoise' | 'decode') => {
      const row = VIRTUAL_ROWS.find((one) => one.kind === kind && one.width === width)!
      return { encode: row.encodeMs!, denoise: row.stepMs!, decode: row.decodeMs! }[stage] * factor()
    },
    onStep: (id: string) => {
      steps.set(id, (steps.get(id) ?? 0) + 1)
    },
    onResult: (id: string, atMs: number) => {
      ends.set(id, atMs)
      rounds.end(id, true)
    },
  }
  const executors = ['x0', 'x1'].map((id) => new VirtualExecutor(id, () => rounds, behaviour))
  const rounds = aLeader(policy, executors)
  for (const request of trace)
    setTimeout(() => {
      rounds.arrive(liveRow(request))
      rounds.look()
    }, request.arrivalMs)
  await vi.advanceTimersByTimeAsync(Math.max(...trace.map((one) => one.deadlineMs)) + 120_000)
  rounds.close()
  return {
    finishedMs: trace.map(({ id }) => ends.get(id) ?? null),
    steps: trace.map(({ id }) => steps.get(id) ?? 0),
    figures: rounds.figures.toJSON(),
  }
}

function aLeader(policy: PolicyName, executors: readonly VirtualExecutor[]): Rounds {
  let orders = 0
  const deployment = {
    id: 'd',
    projectId: 'p',
    name: 'd',
    state: 'running',
    imageModel: 'an image model',
    videoModel: 'a video model',
    gpuIds: executors.map(({ id }) => `${id}/0`),
    nodeIds: executors.map(({ id }) => id),
    settings: deploymentSettings.parse({ policy }),
    ...COSTS,
  }
  const rounds: Rounds = new Rounds(deployment, new ProfileBook(VIRTUAL_ROWS, COSTS), new Recorder(), {
    now: () => Date.now(),
    stopwatch: () => 0,
    newId: () => `o${orders++}`,
    send: (executorId, command) => {
      executors.find(({ id }) => id === executorId)!.send(command)
      return true
    },
    endUnstarted: (request) => rounds.end(request.id, false),
  })
  rounds.slots = executors.map(({ id }): Slot => {
    return { gpuId: `${id}/0`, nodeId: id, executorId: id, rank: 0, order: undefined, next: undefined }
  })
  return rounds
}

function liveRow({
  id,
  kind,
  resolution,
  frames,
  steps,
  deadlineMs,
  arrivalMs,
}: TraceRequest): LiveRequestRow {
  const side = Number(String(resolution).split('x')[0])
  return {
    id,
    deploymentId: 'd',
    projectId: 'p',
    kind,
    prompt: 'a red circle',
    width: side,
    height: side,
    frames: frames ?? 1,
    steps,
    seed: 1,
    guidance: null,
    state: 'queued',
    stage: 'encode',
    stepsDone: 0,
    deadlineMs,
    arrivalMs,
    lastEndMs: null,
    gpuIds: [],
    heldBy: null,
    pauses: 0,
    attempt: 1,
    parkedPath: null,
    parkedStep: null,
    parkedStage: null,
    isCancelled: false,
    segments: 0,
  }
}
