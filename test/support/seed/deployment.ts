import { random } from '@/engine/random'
import { type ServingProfile, shapeKey, stepTimesOf } from '@/engine/serving/profile'
import { type HeldInterval, isFinished } from '@/engine/sim/serving/log'
import { simulateServing } from '@/engine/sim/serving/simulate'
import type { TraceRequest } from '@/engine/sim/serving/trace'
import type { Database } from '@/server/db/client'

interface SeedDeployment {
  projectId: string
  userId: string
  /** On one node. */
  gpuIds: readonly string[]
  now: Date
  /** How long it has served. */
  hours: number
  /** Offered load, about; above 1 some are late. */
  load: number
}

const ID = 'seeded-pair'
const STEPS = 40
const PROMPTS = [
  'a lighthouse in a storm, waves breaking over the rocks, handheld camera',
  'a red circle left of a blue square',
  'an old tram in the rain at night',
  'a paper boat on a river of ink',
]

/** Step times in the proportions that large models have. */
const PROFILE: ServingProfile = {
  switchMs: 100,
  resumeMs: 1,
  image: [
    ['1024x1024', 110],
    ['1536x1536', 280],
  ].flatMap(([resolution, stepMs]) =>
    [1, 2, 4].map((batch) => ({
      resolution: resolution!,
      batch,
      stepMs: Number(stepMs) * batch * 0.95,
      encodeMs: 40,
      decodeMs: 120 * batch,
    })),
  ),
  video: [
    { resolution: '832x480', stepMs: 900, speedUp: [1, 1.9, 3.5] },
    { resolution: '1280x720', stepMs: 2600, speedUp: [1, 2, 3.9] },
  ].flatMap(({ resolution, stepMs, speedUp }) =>
    [1, 2, 4].map((sp, index) => ({
      resolution,
      frames: 81,
      sp,
      stepMs: stepMs / speedUp[index]!,
      encodeMs: 60,
      decodeMs: 1800,
    })),
  ),
}

const sides = (resolution: string | number) => {
  const [width, height] = String(resolution).split('x').map(Number)
  return { width: width!, height: height! }
}

/** A deployment with hours of invented requests, played through the engine by the simulator. */
export async function seedDeployment({ prisma }: Database, seed: SeedDeployment): Promise<void> {
  const { now, gpuIds } = seed
  const startMs = now.getTime() - seed.hours * 3_600_000
  const at = (ms: number) => new Date(startMs + ms)
  const times = stepTimesOf(PROFILE)
  const trace = makeTrace(seed)
  const { log, outcomes } = simulateServing({
    times,
    trace,
    nodeOfGpu: gpuIds.map(() => 0),
    policy: 'alto',
  })
  const nowMs = now.getTime() - startMs
  await prisma.job.create({
    data: {
      id: ID,
      kind: 'deployment',
      name: 'studio pair',
      state: 'running',
      projectId: seed.projectId,
      createdById: seed.userId,
      createdAt: at(0),
      startedAt: at(0),
      deployment: {
        create: {
          imageModel: 'stabilityai/sd3.5-medium',
          videoModel: 'wan-ai/wan2.1-14b',
          gpuIds: [...gpuIds],
          webhookSecret: 'seeded',
          switchMs: PROFILE.switchMs,
          resumeMs: PROFILE.resumeMs,
          figures: { rounds: log.length, solveMeanMs: 0.4, solveMaxMs: 2.1 },
          abilities: { image: facts('image'), video: facts('video') },
          probe: { state: 'done', startedAt: at(0), endedAt: at(60_000), message: null },
        },
      },
    },
  })
  await prisma.executor.create({
    data: {
      id: 'seeded-diffusion',
      jobId: ID,
      nodeId: (await prisma.gpu.findUniqueOrThrow({ where: { id: gpuIds[0]! } })).nodeId,
      kind: 'diffusion',
      model: 'wan-ai/wan2.1-14b',
      slots: 0,
      maxLength: 0,
      gpuIds: [...gpuIds],
      state: 'ready',
      startedAt: at(0),
    },
  })
  await prisma.profileEntry.createMany({ data: profileRows() })
  const held = new Map<string, HeldInterval[]>()
  for (const event of log)
    if (!isFinished(event) && event.startMs < nowMs)
      for (const id of event.requests) held.set(id, [...(held.get(id) ?? []), event])
  const seen = outcomes.filter(({ request }) => request.arrivalMs < nowMs)
  await prisma.request.createMany({
    data: seen.map(({ request, finishedMs }, index) => {
      const intervals = held.get(request.id) ?? []
      const done = finishedMs !== null && finishedMs <= nowMs
      const last = intervals.at(-1)
      const working = last !== undefined && last.endMs > nowMs
      const stepsDone = intervals.reduce((sum, one) => sum + (one.endMs <= nowMs ? one.steps : 0), 0)
      const paused = !done && !working && last !== undefined
      return {
        id: request.id,
        deploymentId: ID,
        projectId: seed.projectId,
        createdById: seed.userId,
        groupId: request.id,
        kind: request.kind,
        prompt: PROMPTS[index % PROMPTS.length]!,
        ...sides(request.resolution),
        frames: request.frames,
        steps: request.steps,
        seed: index,
        state: done
          ? ('done' as const)
          : working
            ? ('running' as const)
            : paused
              ? ('paused' as const)
              : ('queued' as const),
        stage: stepsDone >= request.steps ? 'decode' : last ? 'denoise' : 'encode',
        stepsDone: Math.min(request.steps, stepsDone),
        deadlineAt: at(request.deadlineMs),
        gpuIds: last ? last.gpus.map((gpu) => gpuIds[gpu]!) : [],
        lastEndAt: last ? at(Math.min(last.endMs, nowMs)) : null,
        parkedBytes: paused ? 27_000_000 : null,
        sentence: working ? null : 'Others run out of time sooner.',
        createdAt: at(request.arrivalMs),
        startedAt: intervals[0] ? at(intervals[0].startMs) : null,
        endedAt: done ? at(finishedMs) : null,
      }
    }),
  })
  await prisma.requestSegment.createMany({
    data: seen.flatMap(({ request }) =>
      segmentsOf(request.id, held.get(request.id) ?? [], nowMs, gpuIds, at),
    ),
  })
  await prisma.requestReceipt.createMany({
    data: seen.flatMap(({ request }) => receiptsOf(request, held.get(request.id) ?? [], at)),
  })
}

function makeTrace({ hours, load, gpuIds }: SeedDeployment): TraceRequest[] {
  const source = random('seeded deployment')
  const times = stepTimesOf(PROFILE)
  const shapes = [...times.shapes.values()]
  const trace: TraceRequest[] = []
  let arrivalMs = 0
  for (let number = 0; arrivalMs < hours * 3_600_000; number++) {
    const shape = source.next() < 0.8 ? shapes[number % 2]! : shapes[2 + (number % 2)]!
    const isolatedMs = shape.encodeMs + STEPS * shape.base.stepMs + shape.decodeMs
    trace.push({
      id: `seeded-${String(number).padStart(5, '0')}`,
      arrivalMs,
      kind: shape.kind,
      resolution: shape.resolution,
      frames: shape.frames,
      steps: STEPS,
      deadlineMs: arrivalMs + 1.5 * isolatedMs,
    })
    const meanMs =
      trace.reduce((sum, one) => sum + STEPS * times.shapes.get(shapeKey(one))!.base.stepMs, 0) / trace.length
    arrivalMs += (source.exponential() * meanMs) / (load * gpuIds.length)
  }
  return trace
}

function segmentsOf(
  requestId: string,
  intervals: readonly HeldInterval[],
  nowMs: number,
  gpuIds: readonly string[],
  at: (ms: number) => Date,
) {
  const merged: (HeldInterval & { fromStep: number })[] = []
  let fromStep = 0
  for (const one of intervals) {
    if (one.endMs > nowMs) break
    const last = merged.at(-1)
    if (
      last &&
      last.phase === one.phase &&
      last.gpus.join() === one.gpus.join() &&
      one.startMs - last.endMs < 1
    )
      merged[merged.length - 1] = { ...last, endMs: one.endMs, steps: last.steps + one.steps }
    else merged.push({ ...one, fromStep })
    fromStep += one.steps
  }
  return merged.map((one, number) => ({
    requestId,
    number,
    phase: one.phase,
    startedAt: at(one.startMs),
    endedAt: at(one.endMs),
    fromStep: one.fromStep,
    steps: one.steps,
    sp: one.sp,
    batch: one.batch,
    gpuIds: one.gpus.map((gpu) => gpuIds[gpu]!),
  }))
}

function receiptsOf(request: TraceRequest, intervals: readonly HeldInterval[], at: (ms: number) => Date) {
  const receipts = [
    { at: at(request.arrivalMs), kind: 'quoted', sentence: 'Quoted by the engine before it was queued.' },
  ]
  let before: HeldInterval | undefined
  for (const one of intervals) {
    if (before && one.phase === 'denoise' && before.phase === 'denoise') {
      if (one.sp > before.sp)
        receipts.push({
          at: at(one.startMs),
          kind: 'widened',
          sentence: `From SP ${before.sp} to SP ${one.sp}: GPUs came free.`,
        })
      if (one.sp < before.sp)
        receipts.push({
          at: at(one.startMs),
          kind: 'narrowed',
          sentence: `From SP ${before.sp} to SP ${one.sp}: others had less slack.`,
        })
      if (one.startMs - before.endMs > 200)
        receipts.push({
          at: at(before.endMs),
          kind: 'paused',
          sentence: `Paused for ${((one.startMs - before.endMs) / 1000).toFixed(1)} s; no step lost.`,
        })
    }
    before = one
  }
  return receipts.map((receipt, number) => ({ requestId: request.id, number, ...receipt }))
}

const profileRows = () => [
  ...PROFILE.image.map(({ resolution, ...row }) => ({
    deploymentId: ID,
    kind: 'image',
    ...sides(resolution),
    frames: 1,
    sp: 1,
    ...row,
    steps: 400,
    encodes: 10,
    decodes: 10,
  })),
  ...PROFILE.video.map(({ resolution, ...row }) => ({
    deploymentId: ID,
    kind: 'video',
    ...sides(resolution),
    batch: 1,
    ...row,
    steps: 200,
    encodes: 10,
    decodes: 10,
  })),
]

function facts(kind: 'image' | 'video') {
  const rows = kind === 'image' ? PROFILE.image : PROFILE.video
  return {
    kind,
    sizeMultiple: 16,
    minSize: 256,
    maxSize: 2048,
    frameMultiple: 4,
    frameOffset: 1,
    maxFrames: kind === 'image' ? 1 : 121,
    defaultSteps: STEPS,
    defaultGuidance: 5,
    sizes: [...new Set(rows.map((row) => row.resolution))].map((one) => [
      sides(one).width,
      sides(one).height,
    ]),
    frames: kind === 'image' ? [1] : [81],
    promptMax: 2000,
  }
}
