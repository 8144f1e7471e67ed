import type { Choice, Policy, Wait } from '../choice'
import { FreeGpus } from '../free-gpus'
import type { Mode } from '../profile'
import { boundaryMs, workLeft } from '../remaining'
import type { RequestView } from '../snapshot'
import { nodeSize } from './in-order'

export const P: Record<string, number> = {
  phi: 0.4,
  eff: 0.99,
  lateOrder: 0,
  scaleFirst: 1,
  margin: 0,
  big: 0,
  eff2: 0.85,
  key: 0,
  urgent: 2000,
  gather: 0.05,
  gatherMax: 1000,
  effA: 0.99,
  effL: 0.99,
  backfill: 1,
  slop: 0,
}

interface Job {
  request: RequestView
  free: boolean
  boundary: number
  modes: { mode: Mode; ms: number; gpuMs: number }[]
  fastest: number
  need: { mode: Mode; ms: number; gpuMs: number }
  place: number
  key: number
  ms2: number
}

export const alto: Policy = (snapshot, now) => {
  const widest = nodeSize(snapshot)
  const free = new FreeGpus(snapshot.gpus, now)
  const jobs: Job[] = []
  const late: Job[] = []
  for (const [place, request] of snapshot.requests.entries()) {
    const boundary = boundaryMs(request, now)
    const left = workLeft(request, now)
    const modes = request.shape.modes
      .filter((m) => m.batch === 1 && m.sp <= widest)
      .map((mode) => ({
        mode,
        ms: left.encodeMs + left.steps * mode.stepMs + left.decodeMs,
        gpuMs: left.encodeMs + left.steps * mode.stepMs * mode.sp + left.decodeMs,
      }))
    let fastest = Infinity
    for (const m of modes) fastest = Math.min(fastest, m.ms)
    let need = undefined as Job['modes'][number] | undefined
    for (const m of modes)
      if (boundary + m.ms + P.margin! <= request.deadlineMs && (!need || m.gpuMs < need.gpuMs - 1e-6))
        need = m
    let ms2 = Infinity
    for (const m of modes)
      if (modes[0]!.mode.stepMs / m.mode.stepMs / m.mode.sp >= P.eff!) ms2 = Math.min(ms2, m.ms)
    const job: Job = {
      key: 0,
      ms2,
      request,
      free: boundary <= now,
      boundary,
      modes,
      fastest,
      need: need ?? modes[0]!,
      place,
    }
    if (need) jobs.push(job)
    else late.push(job)
  }
  // Moore-Hodgson
  jobs.sort((a, b) => a.request.deadlineMs - b.request.deadlineMs || a.place - b.place)
  const accepted: Job[] = []
  const aside: Job[] = []
  let sum = 0
  const N = snapshot.gpus.length
  for (const job of jobs) {
    accepted.push(job)
    sum += job.need.gpuMs
    while (sum > P.phi! * N * (job.request.deadlineMs - now)) {
      let worst = 0
      for (let i = 1; i < accepted.length; i++)
        if (accepted[i]!.need.gpuMs > accepted[worst]!.need.gpuMs) worst = i
      if (accepted.length === 0) break
      sum -= accepted[worst]!.need.gpuMs
      aside.push(accepted[worst]!)
      accepted.splice(worst, 1)
    }
  }
  const run: { job: Job; gpus: number[] }[] = []
  const gpus = snapshot.gpus
  const avail = gpus.map((g) => Math.max(g.busyUntilMs, now))
  const taken = gpus.map(() => false)
  const until = gpus.map(() => Infinity) // claimed: free for backfill until
  const eff = (job: Job, m: Mode) => job.modes[0]!.mode.stepMs / m.stepMs / m.sp
  const gather = (job: Job, ms: number): number => Math.min(P.gatherMax!, P.gather! * ms)
  // best set for width: by avail, own GPUs first
  const setFor = (
    job: Job,
    width: number,
    base: readonly number[],
    boundary: number,
  ): { set: number[]; t: number } | undefined => {
    const own = job.request.gpus
    const pool: number[] = []
    for (let g = 0; g < N; g++) if (!taken[g] && !base.includes(g)) pool.push(g)
    const rank = (g: number) => {
      const i = own.indexOf(g)
      return i < 0 ? own.length + g : i
    }
    pool.sort((x, y) => Math.max(avail[x]!, boundary) - Math.max(avail[y]!, boundary) || rank(x) - rank(y))
    const set = [...base, ...pool.slice(0, width - base.length)]
    if (set.length < width) return undefined
    let t = boundary
    for (const g of set) t = Math.max(t, avail[g]!)
    return { set, t }
  }
  const claim = (set: readonly number[], t: number) => {
    for (const g of set) {
      taken[g] = true
      until[g] = Math.min(until[g]!, t)
    }
  }
  const start = (job: Job, set: number[]) => {
    claim(set, -1)
    free.take(set)
    run.push({ job, gpus: set })
  }
  const backfill: Job[] = []
  const serve = (job: Job, minEff: number): void => {
    const r = job.request
    if (!job.free) {
      const already = !taken[r.gpus[0]!]
      if (already) claim(r.gpus, job.boundary)
      if (r.stage !== 'decode' && workLeft(r, now).steps > 1) {
        for (let k = job.modes.length - 1; k >= 0; k--) {
          const m = job.modes[k]!
          if (m.mode.sp <= r.gpus.length || (r.stage === 'encode' && m.mode.sp <= 1)) break
          if (eff(job, m.mode) < minEff && m.mode.sp > job.need.mode.sp) continue
          const got = setFor(job, m.mode.sp, r.gpus, job.boundary)
          if (got && got.t - now <= gather(job, m.ms)) {
            claim(got.set, got.t)
            break
          }
        }
      }
      return
    }
    if (r.stage !== 'denoise') {
      const got = setFor(job, 1, [], now)
      if (!got) return
      if (got.t <= now) start(job, got.set)
      else claim(got.set, got.t)
      return
    }
    for (let k = job.modes.length - 1; k >= 0; k--) {
      const m = job.modes[k]!
      if (m.mode.sp > 1 && eff(job, m.mode) < minEff && m.mode.sp > job.need.mode.sp) continue
      const got = setFor(job, m.mode.sp, [], now)
      if (!got) continue
      if (got.t <= now) return start(job, got.set)
      if (got.t - now <= gather(job, m.ms) || k === 0) {
        claim(got.set, got.t)
        backfill.push(job)
        return
      }
    }
  }
  const keyOf = (job: Job): number => {
    const slack = job.request.deadlineMs - job.boundary - job.ms2
    if (P.key === 1) return slack < P.urgent! ? -1e9 + slack : job.need.gpuMs
    return job.request.deadlineMs
  }
  for (const job of accepted) job.key = keyOf(job)
  accepted.sort((a, b) => a.key - b.key || a.place - b.place)
  aside.sort((a, b) => a.need.gpuMs - b.need.gpuMs || a.place - b.place)
  if (P.lateOrder === 0) late.sort((a, b) => a.fastest - b.fastest || a.place - b.place)
  else late.sort((a, b) => a.place - b.place)
  for (const job of accepted) serve(job, P.eff!)
  for (const job of aside) serve(job, P.effA!)
  for (const job of late) serve(job, P.effL!)
  // backfill claimed free GPUs with a step that ends in time
  if (P.backfill)
    for (const job of [...backfill, ...accepted, ...aside, ...late]) {
      if (free.count === 0) break
      if (!job.free || run.some((x) => x.job === job)) continue
      const m = job.modes[0]!.mode
      const dur =
        job.request.stage === 'encode' ? m.encodeMs : job.request.stage === 'decode' ? m.decodeMs : m.stepMs
      for (let g = 0; g < N; g++)
        if (free.isFree(g) && now + dur <= until[g]! + P.slop!) {
          free.take([g])
          run.push({ job, gpus: [g] })
          break
        }
    }
  const scale = () => {
    for (const r of run) {
      if (free.count === 0) break
      if (r.job.request.stage !== 'denoise') continue
      for (let k = r.job.modes.length - 1; k >= 0; k--) {
        const m = r.job.modes[k]!.mode
        if (m.sp <= r.gpus.length || m.sp - r.gpus.length > free.count) continue
        if (eff(r.job, m) < P.eff2!) continue
        const more: number[] = []
        for (let g = 0; g < N && more.length < m.sp - r.gpus.length; g++)
          if (free.isFree(g) && !taken[g] && snapshot.gpus[g]!.node === snapshot.gpus[r.gpus[0]!]!.node)
            more.push(g)
        if (more.length < m.sp - r.gpus.length) continue
        free.take(more)
        r.gpus.push(...more)
        break
      }
    }
  }
  scale()
  const waits = new Map<string, Wait>()
  const choices: Choice[] = run.map(({ job, gpus }) => ({ requests: [job.request], gpus, rule: 'S20' }))
  return { run: choices, waits }
}
