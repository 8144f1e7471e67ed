/** An agent as its launcher and the database know it. */
export interface LaunchedAgent {
  /** Of the engine beneath: a Slurm job, a pod. */
  id: string
  state: 'starting' | 'running'
  /** An executor lives on its node. */
  busy: boolean
  /** Since nothing runs on it; 0 while something does. */
  idleSeconds: number
  /** Seconds, on any clock that goes forward. */
  startedAt: number
  /** For how long the engine beneath has said that it runs while its node was not with us; 0 while it is. */
  absentSeconds: number
}

/** An agent that was started and does not come, or does not come back, is replaced: as long as an image may be loaded. */
export const ABSENT_SECONDS = 600

export interface LauncherView {
  min: number
  max: number
  /** What a person asked for; `null`: as the queue needs. */
  asked: number | null
  /** Machines of the engine beneath, where there is one agent on each; `null` where they are many. */
  machines: number | null
  gpusPerAgent: number
  idleSeconds: number
  agents: readonly LaunchedAgent[]
}

export interface QueueView {
  /** GPUs that waiting sweeps ask for. */
  waitingGpus: number
  /** GPUs of living nodes that nothing holds. */
  freeGpus: number
}

export interface WantedAgents {
  rule: 'A1' | 'A2' | 'A3' | 'A5' | 'A6' | null
  /** To be started. */
  start: number
  /** Ids, to be stopped. */
  stop: string[]
  /** One sentence. */
  why: string
}

const agents = (count: number) => (count === 1 ? '1 agent' : `${count} agents`)

/** How many agents a launcher should start, and which it should stop (rules A1 to A6 of docs/spec/launchers.md). */
export function wantedAgents(launcher: LauncherView, queue: QueueView): WantedAgents {
  const { min, max, asked, machines } = launcher
  const within = (count: number) => Math.max(min, Math.min(max, count))
  const have = launcher.agents.length
  const absent = launcher.agents.filter((agent) => agent.absentSeconds >= ABSENT_SECONDS)
  if (absent.length > 0) {
    const stop = absent.map((agent) => agent.id).sort()
    const why = `${agents(absent.length)} ran for ${ABSENT_SECONDS / 60} minutes without joining, and will be replaced.`
    return { rule: 'A6', start: 0, stop, why }
  }
  if (asked !== null) return toward(launcher, within(asked), 'A1', `A person asked for ${agents(asked)}.`)
  if (machines !== null)
    return toward(launcher, within(machines), 'A5', `One agent on each of ${machines} machines.`)
  const starting = launcher.agents.filter((agent) => agent.state === 'starting').length
  const missing = queue.waitingGpus - queue.freeGpus - starting * launcher.gpusPerAgent
  if (missing > 0) {
    const wanted = within(have + Math.ceil(missing / launcher.gpusPerAgent))
    const why = `Waiting sweeps need ${missing} GPUs more than are free or coming.`
    if (wanted > have) return { rule: 'A2', start: wanted - have, stop: [], why }
    return { rule: 'A2', start: 0, stop: [], why: `${why} The most are there already.` }
  }
  const idle = queue.waitingGpus > 0 ? [] : givenBack(launcher)
  if (idle.length > 0)
    return {
      rule: 'A3',
      start: 0,
      stop: idle,
      why: `Nothing waits, and ${agents(idle.length)} had nothing to do.`,
    }
  if (have < min) return { rule: null, start: min - have, stop: [], why: `At least ${agents(min)}.` }
  return { rule: null, start: 0, stop: [], why: 'Enough for what waits.' }
}

/** Idle for long enough, the longest first, and no more than the least allows. */
function givenBack({ agents: all, min, idleSeconds }: LauncherView): string[] {
  return all
    .filter((agent) => agent.state === 'running' && !agent.busy && agent.idleSeconds >= idleSeconds)
    .sort((a, b) => b.idleSeconds - a.idleSeconds || (a.id < b.id ? -1 : 1))
    .slice(0, Math.max(0, all.length - min))
    .map((agent) => agent.id)
}

function toward(launcher: LauncherView, wanted: number, rule: 'A1' | 'A5', why: string): WantedAgents {
  const have = launcher.agents.length
  const first = [...launcher.agents].sort(
    (a, b) => Number(a.busy) - Number(b.busy) || b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1),
  )
  const stop = first.slice(0, Math.max(0, have - wanted)).map((agent) => agent.id)
  return { rule, start: Math.max(0, wanted - have), stop, why }
}
