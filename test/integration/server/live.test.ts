import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unpackCurve } from '@/contracts/unpack-curve'
import { writeJournal } from '@/server/db/journal'
import { inTransaction } from '@/server/db/transaction'
import { followJournal } from '@/server/events/follow-journal'
import { submitSweep } from '@/server/sweeps/submit-sweep'
import { startWeb, type TestWeb } from '../../support/web'

describe('what a live page reads', () => {
  let web: TestWeb
  beforeAll(async () => {
    web = await startWeb()
  })
  afterAll(() => web.stop())

  const write = (kind: string) => inTransaction(web.db.pool, (client) => writeJournal(client, [{ kind }]))

  /** Reads until `count` events have come; answers their kinds and the last id. */
  async function readOn(after: number | null, count: number): Promise<{ kinds: string[]; lastId: number }> {
    const stop = new AbortController()
    const kinds: string[] = []
    let lastId = after ?? 0
    for await (const batch of followJournal({ after, wants: () => true, signal: stop.signal })) {
      kinds.push(...batch.rows.map((row) => row.kind))
      lastId = batch.lastId
      if (kinds.length >= count) stop.abort()
    }
    return { kinds, lastId }
  }

  it('gets every fact once and in order, over a reconnect and while many write at once', async () => {
    await write('start')
    const first = readOn(0, 10)
    await Promise.all(Array.from({ length: 9 }, (_, index) => write(`a${index}`)))
    const { kinds, lastId } = await first
    expect(kinds[0]).toBe('start')
    expect([...kinds.slice(1)].sort()).toEqual(Array.from({ length: 9 }, (_, index) => `a${index}`))
    // Nobody listens here.
    await Promise.all(Array.from({ length: 5 }, (_, index) => write(`gap${index}`)))
    const second = readOn(lastId, 8)
    await Promise.all(Array.from({ length: 3 }, (_, index) => write(`b${index}`)))
    const again = await second
    expect([...again.kinds].sort()).toEqual(['b0', 'b1', 'b2', 'gap0', 'gap1', 'gap2', 'gap3', 'gap4'])
    expect(again.kinds.slice(0, 5).every((kind) => kind.startsWith('gap'))).toBe(true)
  })

  it('gets curves that keep first, last, lowest and highest of 2,000 points, and says what was left out', async () => {
    const person = await web.person('viewer')
    const made = await submitSweep(
      {
        name: 'c',
        model: 'builtin/tiny-llama',
        dataset: 'builtin/sql',
        parameters: { rank: { values: [4] } },
      },
      { projectId: web.projectId, userId: person.userId, renameIfTaken: false, facts: false },
    )
    if (!made.accepted) throw new Error('It was refused.')
    const run = await web.db.prisma.run.findFirstOrThrow({ where: { sweepId: made.id } })
    await web.db.prisma.metric.createMany({
      data: Array.from({ length: 2_000 }, (_, index) => ({
        runId: run.id,
        attempt: 1,
        name: 'train_loss',
        step: index + 1,
        samples: (index + 1) * 4,
        value: index === 777 ? 0.1 : index === 1234 ? 9 : index === 1500 ? null : 2 + Math.sin(index),
        at: new Date(Date.now() + index * 1000),
      })),
    })
    // A second attempt repeats the last step: it is what counts.
    await web.db.prisma.metric.create({
      data: {
        runId: run.id,
        attempt: 2,
        name: 'train_loss',
        step: 2_000,
        samples: 8_000,
        value: 1.5,
        at: new Date(),
      },
    })
    const answer = await web.caller(person).sweep.curves({ id: made.id })
    const [curve] = answer.curves.map(unpackCurve)
    expect(answer.reduced.from).toBe(2_000)
    expect(curve!.step.length).toBeLessThanOrEqual(325)
    expect(curve!.step[0]).toBe(1)
    expect(curve!.step.at(-1)).toBe(2_000)
    expect(curve!.value.at(-1)).toBeCloseTo(1.5)
    expect(Math.min(...curve!.value.filter((value) => !Number.isNaN(value)))).toBeCloseTo(0.1)
    expect(Math.max(...curve!.value.filter((value) => !Number.isNaN(value)))).toBe(9)
    expect([...curve!.value].some((value) => Number.isNaN(value))).toBe(true)
    const zoomed = await web
      .caller(person)
      .sweep.curves({ id: made.id, axis: 'step', range: { from: 700, to: 800 } })
    const near = unpackCurve(zoomed.curves[0]!)
    expect(near.step.length).toBeGreaterThanOrEqual(101)
    expect([near.step[0], near.step.at(-1)]).toEqual([699, 801])
  })
})
