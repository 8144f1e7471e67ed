import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ABSENT_SECONDS, type LaunchedAgent, type LauncherView, wantedAgents } from './wanted-agents'

const agent = (id: string, more: Partial<LaunchedAgent> = {}): LaunchedAgent => ({
  id,
  state: 'running',
  busy: false,
  idleSeconds: 0,
  startedAt: 0,
  absentSeconds: 0,
  ...more,
})
const launcher = (more: Partial<LauncherView> = {}): LauncherView => ({
  min: 0,
  max: 10,
  asked: null,
  machines: null,
  gpusPerAgent: 4,
  idleSeconds: 600,
  agents: [],
  ...more,
})
const quiet = { waitingGpus: 0, freeGpus: 0 }

describe('wanted agents', () => {
  it('[A1] what a person asked for counts, within the bounds', () => {
    expect(wantedAgents(launcher({ asked: 3 }), quiet)).toMatchObject({ rule: 'A1', start: 3, stop: [] })
    expect(wantedAgents(launcher({ asked: 99 }), quiet).start).toBe(10)
    expect(wantedAgents(launcher({ asked: 0, min: 1 }), { waitingGpus: 80, freeGpus: 0 }).start).toBe(1)
  })

  it('[A2] adds as many as the waiting GPUs need beyond those that are free or coming', () => {
    const coming = launcher({ agents: [agent('a', { state: 'starting' }), agent('b', { busy: true })] })
    expect(wantedAgents(coming, { waitingGpus: 13, freeGpus: 1 })).toMatchObject({ rule: 'A2', start: 2 })
    expect(wantedAgents(coming, { waitingGpus: 5, freeGpus: 1 }).start).toBe(0)
    expect(wantedAgents({ ...coming, max: 3 }, { waitingGpus: 80, freeGpus: 0 }).start).toBe(1)
    expect(wantedAgents({ ...coming, max: 2 }, { waitingGpus: 80, freeGpus: 0 }).why).toMatch(
      /The most are there/,
    )
  })

  it('[A3] gives idle agents back while nothing waits, down to the least', () => {
    const agents = [
      agent('a', { idleSeconds: 700 }),
      agent('b', { idleSeconds: 900 }),
      agent('c', { idleSeconds: 10 }),
      agent('d', { busy: true }),
      agent('e', { state: 'starting', idleSeconds: 900 }),
    ]
    expect(wantedAgents(launcher({ agents }), quiet)).toMatchObject({ rule: 'A3', stop: ['b', 'a'] })
    expect(wantedAgents(launcher({ agents, min: 4 }), quiet).stop).toEqual(['b'])
    expect(wantedAgents(launcher({ agents }), { waitingGpus: 1, freeGpus: 4 }).stop).toEqual([])
  })

  it('[A4] a busy agent goes last where a person asks for fewer, and never for the queue', () => {
    const agents = [
      agent('old', { startedAt: 1 }),
      agent('busy', { busy: true, startedAt: 9, idleSeconds: 0 }),
      agent('new', { startedAt: 5 }),
    ]
    expect(wantedAgents(launcher({ agents, asked: 2 }), quiet).stop).toEqual(['new'])
    expect(wantedAgents(launcher({ agents, asked: 0 }), quiet).stop).toEqual(['new', 'old', 'busy'])
    const idle = fc.record({ busy: fc.boolean(), idleSeconds: fc.nat(2000), id: fc.uuid() })
    fc.assert(
      fc.property(fc.array(idle), fc.nat(40), fc.nat(40), fc.nat(5), (all, waitingGpus, freeGpus, min) => {
        const view = launcher({ min, agents: all.map((one) => agent(one.id, one)) })
        const { stop, start } = wantedAgents(view, { waitingGpus, freeGpus })
        const busy = new Set(all.filter((one) => one.busy).map((one) => one.id))
        return (
          stop.every((id) => !busy.has(id)) && all.length + start - stop.length >= Math.min(min, all.length)
        )
      }),
    )
  })

  it('[A5] one agent on each machine where the launcher follows them', () => {
    expect(wantedAgents(launcher({ machines: 3, agents: [agent('a')] }), quiet)).toMatchObject({
      rule: 'A5',
      start: 2,
    })
    expect(wantedAgents(launcher({ machines: 30 }), quiet).start).toBe(10)
  })

  it('[A6] an agent that runs and does not join is ended, and its place is filled by the other rules', () => {
    const gone = agent('gone', { state: 'starting', absentSeconds: ABSENT_SECONDS })
    const coming = agent('coming', { state: 'starting', absentSeconds: ABSENT_SECONDS - 1 })
    const view = launcher({ agents: [gone, coming, agent('here')], machines: 3 })
    expect(wantedAgents(view, quiet)).toMatchObject({ rule: 'A6', start: 0, stop: ['gone'] })
    expect(wantedAgents({ ...view, agents: [coming, agent('here')] }, quiet)).toMatchObject({
      rule: 'A5',
      start: 1,
      stop: [],
    })
  })
})
