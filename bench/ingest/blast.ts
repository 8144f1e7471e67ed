import type { DurableEvent } from '../../contracts/agent-events'
import type { SimulatedAgent } from '../harness/simulated-agent'

/** As a real agent: so many batches may be on their way before the first of them is acknowledged. */
const IN_FLIGHT = 4
/** Of each run and batch: what it does in the time between two reports, with the four series that agents send. */
const STEPS = 10
const SERIES = ['train_loss', 'learning_rate', 'grad_norm', 'tokens_per_second']
export const POINTS_PER_EVENT = STEPS * SERIES.length

export interface Blast {
  points: number
  /** From sending a batch to its acknowledgement, which follows the commit. */
  ackMs: number[]
}

/** Reports training steps of all runs of an agent as fast as they are stored. */
export async function blast(agent: SimulatedAgent, until: number): Promise<Blast> {
  const flying: { seq: number; at: number }[] = []
  const result: Blast = { points: 0, ackMs: [] }
  for (let step = 0; Date.now() < until || flying.length > 0; ) {
    while (flying[0] && flying[0].seq <= agent.acked) {
      result.ackMs.push(Date.now() - flying[0].at)
      result.points += agent.runs.length * POINTS_PER_EVENT
      flying.shift()
    }
    if (flying.length >= IN_FLIGHT || Date.now() >= until) {
      if (flying.length > 0) await agent.heard()
      continue
    }
    const events = agent.runs.map((run): DurableEvent => steps(run, step))
    flying.push({ seq: agent.report(events), at: Date.now() })
    step += STEPS
  }
  return result
}

function steps(run: SimulatedAgent['runs'][number], from: number): DurableEvent {
  const numbers = Array.from({ length: STEPS }, (_, index) => from + index + 1)
  return {
    kind: 'metrics',
    runId: run.runId,
    attempt: run.attempt,
    epoch: run.epoch,
    token: run.token,
    steps: numbers,
    samples: numbers.map((step) => step * run.config.batchSize),
    at: numbers.map(() => Date.now() / 1000),
    series: Object.fromEntries(SERIES.map((name) => [name, numbers.map((step) => 1 + 1 / step)])),
  }
}
