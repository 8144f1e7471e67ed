import { latencyPercentiles } from '../../engine/serving/latency'
import { POLICY_NAMES, type PolicyName } from '../../engine/serving/policies/registry'
import type { StepTimes } from '../../engine/serving/profile'
import { checkCausality } from '../../engine/sim/serving/check-causality'
import { checkLog } from '../../engine/sim/serving/check-log'
import { type RequestOutcome, simulateServing } from '../../engine/sim/serving/simulate'
import { summarise } from '../../engine/sim/serving/summary'
import type { TraceRequest } from '../../engine/sim/serving/trace'
import { clairvoyantBound } from './bound'
import type { ServingCase } from './cases'
import { type MeanInterval, meanInterval } from './interval'
import { makeTrace, offeredLoad } from './make-trace'
import { measureQuotes, type QuoteFigures } from './measure-quotes'

export interface PolicyFigures {
  attainment: MeanInterval
  image: number
  video: number
  /** Over the videos of all seeds; null: an unfinished request. */
  videoP99Ms: number | null
  gpuBusy: number
  preemptions: number
  spChanges: number
  solveMs: { mean: number; max: number }
}

export interface CaseFigures {
  name: string
  load: number
  gpus: number
  requests: number
  seeds: readonly number[]
  /** Clairvoyant upper bound on attainment. */
  bound: MeanInterval
  policies: Record<string, PolicyFigures>
  /** Attainment of `alto` over the bound, trace by trace. */
  ratioToBound: MeanInterval
  ratioToGenserve: number
  /** Quotes given to every request at its arrival under `alto`, whether or not they were promises. */
  quotes: QuoteFigures
}

/**
 * Every policy on the same traces of one case. Each log is checked whole, and `alto`'s for looking ahead at one cut.
 *
 * @throws where a log is impossible
 */
export function measureCase(
  { name, spec }: ServingCase,
  seeds: readonly number[],
  times: StepTimes,
  policies: readonly PolicyName[] = POLICY_NAMES,
): CaseFigures {
  const traces = seeds.map((seed) => makeTrace(spec, seed, times))
  const bounds = traces.map((trace) => clairvoyantBound(trace, spec.gpus, times) / trace.length)
  const shares = new Map<PolicyName, number[]>()
  const figures: Record<string, PolicyFigures> = {}
  for (const policy of policies) {
    const { figures: measured, attainments } = measurePolicy(policy, traces, spec.gpus, times)
    figures[policy] = measured
    shares.set(policy, attainments)
  }
  const ours = shares.get('alto')!
  return {
    name,
    load: traces.reduce((sum, trace) => sum + offeredLoad(trace, spec.gpus, times), 0) / traces.length,
    gpus: spec.gpus,
    requests: spec.requests,
    seeds,
    bound: meanInterval(bounds),
    policies: figures,
    ratioToBound: meanInterval(ours.map((share, index) => share / bounds[index]!)),
    ratioToGenserve: figures.alto!.attainment.mean / figures.genserve!.attainment.mean,
    quotes: measureQuotes(traces, spec.gpus, times),
  }
}

function measurePolicy(
  policy: PolicyName,
  traces: readonly TraceRequest[][],
  gpus: number,
  times: StepTimes,
): { figures: PolicyFigures; attainments: number[] } {
  const nodeOfGpu = new Array<number>(gpus).fill(0)
  const clock = (): number => performance.now()
  const outcomes: RequestOutcome[] = []
  const summaries = traces.map((trace) => {
    const result = simulateServing({ times, trace, nodeOfGpu, policy, clock })
    refuse(policy, checkLog({ log: result.log, trace, times, nodeOfGpu }))
    outcomes.push(...result.outcomes)
    return summarise(policy, gpus, result)
  })
  if (policy === 'alto') {
    const run = (trace: readonly TraceRequest[]) => simulateServing({ times, trace, nodeOfGpu, policy }).log
    const trace = traces[0]!
    refuse(policy, [checkCausality(run, trace, trace[Math.floor(trace.length / 2)]!.arrivalMs)])
  }
  const videos = outcomes
    .filter(({ request }) => request.kind === 'video')
    .map(({ request, finishedMs }) => ({ arrivalMs: request.arrivalMs, finishedMs }))
  const mean = (pick: (summary: (typeof summaries)[number]) => number | null): number =>
    meanInterval(summaries.flatMap((summary) => pick(summary) ?? [])).mean
  const attainments = summaries.map(({ attainment }) => attainment.overall!)
  return {
    attainments,
    figures: {
      attainment: meanInterval(attainments),
      image: mean(({ attainment }) => attainment.image),
      video: mean(({ attainment }) => attainment.video),
      videoP99Ms: latencyPercentiles(videos).p99,
      gpuBusy: mean(({ gpuBusy }) => gpuBusy),
      preemptions: mean(({ preemptions }) => preemptions),
      spChanges: mean(({ spChanges }) => spChanges),
      solveMs: {
        mean: mean(({ solveMs }) => solveMs.mean),
        max: Math.max(...summaries.map(({ solveMs }) => solveMs.max)),
      },
    },
  }
}

function refuse(policy: PolicyName, problems: readonly (string | undefined)[]): void {
  const [first] = problems.filter((problem) => problem !== undefined)
  if (first !== undefined) throw new Error(`The log of ${policy} is impossible: ${first}`)
}
