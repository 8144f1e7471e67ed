import type { Database } from '@/server/db/client'
import type { StoredRun } from './stop-decision'

interface Told {
  sweepId: string
  nodeId: string
  executorOf: (run: StoredRun) => string
  /** Of each executor. */
  slots: number
  runs: readonly StoredRun[]
  rungs: readonly number[]
  startedAt: Date
  /** When runs reach a share of their training. */
  timeOf: (share: number) => Date
  lossAt: (run: StoredRun, share: number) => number
}

/** Decisions that a sweep would have stored beside its stops: who started in which slot, and who passed which rung. */
export async function startsAndKeeps({ prisma }: Database, told: Told): Promise<void> {
  const { runs, slots, executorOf, nodeId, sweepId } = told
  const executors = new Set(runs.map(executorOf)).size
  const freed = runs
    .filter((run) => run.stop)
    .map((run) => told.timeOf(run.reached))
    .sort((a, b) => a.getTime() - b.getTime())
  const starts = runs.map((run, index) => ({
    jobId: sweepId,
    runId: run.id,
    nodeId,
    kind: 'start',
    rule: 'E7',
    at: new Date(
      (index < slots * executors
        ? told.startedAt
        : (freed[index - slots * executors] ?? told.startedAt)
      ).getTime() + 400,
    ),
    sentence: `Slot ${(Math.floor(index / executors) % slots) + 1} of ${slots} in ${executorOf(run).split('/').at(-1)}; 3 of its neighbours have steps of the same length.`,
    seen: { kind: 'start', runId: run.id, rule: 'E7', executorId: executorOf(run), attempt: 1, epoch: 1 },
  }))
  const keeps = told.rungs.flatMap((share, index) => {
    const there = runs.filter((run) => run.reached >= share && Number.isFinite(told.lossAt(run, share)))
    const ranked = [...there].sort((a, b) => told.lossAt(a, share) - told.lossAt(b, share))
    return ranked.flatMap((run, place) =>
      run.reached > share
        ? [
            {
              jobId: sweepId,
              runId: run.id,
              nodeId,
              kind: 'keep',
              rule: 'A4',
              at: told.timeOf(share),
              sentence: `Place ${place + 1} of ${there.length}.`,
              seen: {
                kind: 'keep',
                runId: run.id,
                rule: 'A4',
                rung: index + 1,
                atSamples: Math.round(share * run.totalSteps) * run.config.batch_size,
                place: place + 1,
                observed: told.lossAt(run, share),
                threshold: null,
                peers: [],
                savedSamples: 0,
              },
            },
          ]
        : [],
    )
  })
  await prisma.decision.createMany({
    data: [...starts, ...keeps].sort((a, b) => a.at.getTime() - b.at.getTime()),
  })
}
