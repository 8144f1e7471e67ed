/**
 * `npm run bench:serving-real [-- --seconds 90 --load 1.15 --seed 1]`: two agents on one core each, the built-in models,
 * real time. The same arrivals under `alto`, `fcfs` and `srtf`. Some arrivals before them teach the profile what a step
 * takes beside the platform's own work; with that profile the simulator says, before each policy runs, what it will
 * reach. Progress goes to standard error, one JSON object to the last line of standard output.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { attainment } from '../../engine/serving/attainment'
import { latencyPercentiles } from '../../engine/serving/latency'
import type { StepTimes } from '../../engine/serving/profile'
import { simulateServing } from '../../engine/sim/serving/simulate'
import { summarise } from '../../engine/sim/serving/summary'
import type { TraceRequest } from '../../engine/sim/serving/trace'
import { reportResult } from '../harness/report-result'
import { drawArrivals, shortestStepMs } from './draw-arrivals'
import { ServingPlatform } from './platform'

const POLICIES = ['alto', 'fcfs', 'srtf'] as const
const GPUS = 2
/** Arrivals that only teach the profile. */
const LESSON_SECONDS = 20
const LESSON_SEED = 1_000_000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '90' },
    load: { type: 'string', default: '1.15' },
    seed: { type: 'string', default: '1' },
  },
})
const say = (line: string) => process.stderr.write(`${line}\n`)

interface Outcome {
  kind: 'image' | 'video'
  arrivalMs: number
  deadlineMs: number
  finishedMs: number | null
}

/** Sends the arrivals as they are due, and answers what became of them; what is late at the end is cancelled. */
async function replay(platform: ServingPlatform, trace: readonly TraceRequest[]): Promise<Outcome[]> {
  const startMs = Date.now() + 500
  const sent = trace.map(async (request) => {
    await wait(Math.max(0, startMs + request.arrivalMs - Date.now()))
    return platform.ask(request, startMs + request.deadlineMs)
  })
  const ids = await Promise.all(sent)
  const lastMs = startMs + Math.max(...trace.map((request) => request.deadlineMs))
  await wait(Math.max(0, lastMs + 1_000 - Date.now()))
  await platform.cancelRest()
  const ended = await platform.endsOf(ids)
  return trace.map((request, index) => ({
    kind: request.kind,
    arrivalMs: request.arrivalMs,
    deadlineMs: request.deadlineMs,
    finishedMs: ended[index] === null ? null : ended[index]! - startMs,
  }))
}

function simulated(policy: (typeof POLICIES)[number], trace: readonly TraceRequest[], times: StepTimes) {
  return summarise(policy, GPUS, simulateServing({ times, trace, nodeOfGpu: [0, 1], policy }))
}

const platform = await ServingPlatform.start(say)
try {
  const gpus = GPUS
  const load = Number(values.load)
  const probed = await platform.times()
  await replay(platform, drawArrivals(probed, { seconds: LESSON_SECONDS, load, gpus, seed: LESSON_SEED }))
  let times = await platform.learnedTimes()
  const trace = drawArrivals(times, {
    seconds: Number(values.seconds),
    load,
    gpus,
    seed: Number(values.seed),
  })
  say(`${trace.length} requests in ${values.seconds} s`)
  const cases = []
  for (const policy of POLICIES) {
    const predicted = simulated(policy, trace, times)
    await platform.setPolicy(policy)
    const outcomes = await replay(platform, trace)
    const of = (kind: string) => outcomes.filter((one) => one.kind === kind)
    const real = attainment(outcomes)
    const differencePoints = 100 * Math.abs(real.share! - predicted.attainment.overall!)
    say(`${policy}: ${real.share!.toFixed(3)} real, ${predicted.attainment.overall!.toFixed(3)} simulated`)
    cases.push({
      policy,
      requests: outcomes.length,
      real: {
        attainment: real,
        image: attainment(of('image')).share,
        video: attainment(of('video')).share,
        latencyMs: { image: latencyPercentiles(of('image')), video: latencyPercentiles(of('video')) },
      },
      simulated: { attainment: predicted.attainment, latencyMs: predicted.latencyMs },
      differencePoints,
    })
    times = await platform.learnedTimes()
  }
  const figures = await platform.figures()
  const shortestMs = shortestStepMs(times)
  reportResult('serving-real', [
    ...cases,
    {
      load,
      seconds: Number(values.seconds),
      profile: [...times.shapes.values()],
      engine: {
        ...figures,
        shortestStepMs: shortestMs,
        /** Time of all rounds for each step, and time between two steps, as shares of the shortest step. */
        roundsShareOfStep: (figures.rounds! * figures.solveMeanMs!) / figures.steps! / shortestMs,
        betweenStepsShareOfStep: figures.betweenStepsMs! / shortestMs,
      },
    },
  ])
} finally {
  await platform.stop()
}
