import { decideTuning } from '../../engine/decide'
import type { Action } from '../../engine/model/plan'
import type {
  ExecutorView,
  GpuLease,
  SweepWork,
  TuningPolicy,
  TuningSnapshot,
} from '../../engine/model/snapshot'
import type { ExitDecision, RunView } from '../../engine/model/tuning'
import { aRun, aSnapshot, aSweep, KEEP_ALL } from './tuning-snapshot'

export const params = (batch_size: number, rank = 8) => ({ learning_rate: 1e-4, rank, batch_size })
export const training = (id: string, over: Partial<RunView> = {}) => aRun(id, { state: 'training', ...over })
export const lease = (sweep: string, gpuId: string): GpuLease => ({
  gpuId,
  holder: { kind: 'sweep', id: sweep },
  epoch: 1,
  expiresAt: 9e9,
})
export const executor = (
  sweep: string,
  number: number,
  runIds: string[],
  over: Partial<ExecutorView> = {},
): ExecutorView => ({
  id: `${sweep}/x${number}`,
  sweepId: sweep,
  baseModel: 'llama',
  gpuIds: [`n0/${number}`],
  state: 'ready',
  slots: 4,
  maxLength: 100,
  runIds,
  ...over,
})
/** What is decided about a snapshot with these parts. */
export function actions(over: Partial<TuningSnapshot>, policy = KEEP_ALL): readonly Action[] {
  return decideTuning(aSnapshot(over), policy, 0).actions
}
/** `kind subject id` of each action. */
export const brief = (list: readonly Action[]) =>
  list.map((action) => {
    const id =
      'runId' in action
        ? action.runId
        : 'executorId' in action
          ? action.executorId
          : 'sweepId' in action
            ? action.sweepId
            : action.id
    return `${action.kind} ${action.subject} ${id}`
  })

/** One sweep on one GPU with one executor. */
export const one = (
  runs: RunView[],
  inside: string[],
  over: Partial<ExecutorView> = {},
  sweep: Partial<SweepWork> = {},
) => ({
  sweeps: [aSweep('s', runs, { state: 'running', ...sweep })],
  leases: [lease('s', 'n0/0')],
  executors: [executor('s', 0, inside, over)],
})

export const decision = (
  kind: ExitDecision['kind'],
  runId: string,
  over: Partial<ExitDecision> = {},
): ExitDecision => ({
  kind,
  runId,
  rule: 'E1',
  atSamples: 10,
  observed: null,
  threshold: null,
  peers: [],
  savedSamples: 5,
  ...over,
})
export const answering = (...answers: ExitDecision[]): TuningPolicy => ({ ...KEEP_ALL, exits: () => answers })
