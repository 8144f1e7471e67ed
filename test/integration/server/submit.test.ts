import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueToken } from '@/server/auth/issue-token'
import { handleRest } from '@/server/rest/handle'
import { submitSweep } from '@/server/sweeps/submit-sweep'
import { startWeb, type TestWeb } from '../../support/web'

const good = {
  name: 'grid',
  model: 'builtin/tiny-llama',
  dataset: 'builtin/sql',
  parameters: { learning_rate: { values: [1e-4, 5e-4] }, rank: { values: [4, 16] } },
}
const hundred = { values: Array.from({ length: 100 }, (_, index) => index + 1) }

describe('submitting a sweep', () => {
  let web: TestWeb
  let userId: string
  const submit = (input: unknown, renameIfTaken = false) =>
    submitSweep(input, { projectId: web.projectId, userId, renameIfTaken, facts: true })
  const refused = async (input: unknown) => {
    const before = await web.db.prisma.job.count()
    const answer = await submit(input)
    expect(await web.db.prisma.job.count()).toBe(before)
    if (answer.accepted) throw new Error('It was accepted.')
    return answer.problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
  }

  beforeAll(async () => {
    web = await startWeb()
    userId = (await web.person('editor')).userId
  })
  afterAll(() => web.stop())

  it('without any agent is accepted as waiting, and says that nothing was checked', async () => {
    const answer = await submit(good)
    expect(answer).toMatchObject({ accepted: true, runs: 4, name: 'grid' })
    if (!answer.accepted) return
    expect(answer.unchecked).toMatch(/No agent answered/)
    const sweep = await web.db.prisma.job.findUniqueOrThrow({
      where: { id: answer.id },
      include: { sweep: { include: { runs: true } } },
    })
    expect(sweep.state).toBe('waiting')
    expect(sweep.sweep!.runs.map((run) => run.number).sort()).toEqual([1, 2, 3, 4])
    expect(sweep.sweep!.runs.find((run) => run.number === 2)!.params).toMatchObject({
      learning_rate: 1e-4,
      rank: 16,
      alpha: 32,
    })
    const [fact] = await web.db.prisma.journal.findMany({ where: { jobId: answer.id } })
    expect(fact).toMatchObject({ kind: 'sweep', data: { state: 'waiting', name: 'grid' } })
  })

  it.each([
    ['a name that is taken', good, 'name: A sweep named grid exists already. Choose another name.'],
    [
      'a learning rate of 0',
      { ...good, name: 'b', parameters: { learning_rate: { values: [0] } } },
      'parameters.learning_rate.values.0: Learning rate must be above 0.',
    ],
    [
      'a negative learning rate',
      { ...good, name: 'b', parameters: { learning_rate: -1 } },
      'parameters.learning_rate: Learning rate must be above 0.',
    ],
    [
      'an empty list',
      { ...good, name: 'b', parameters: { rank: { values: [] } } },
      'parameters.rank.values: Give at least one value.',
    ],
    [
      'a field that does not exist',
      { ...good, name: 'b', batchsize: 4 },
      'batchsize: batchsize is not a field of the sweep file.',
    ],
    [
      'a setting that its policy does not have',
      { ...good, name: 'b', early_exit: { policy: 'none', keep: 0.5 } },
      'early_exit.keep: keep is not a setting of policy none, which has none.',
    ],
    [
      'random without a number of runs',
      { ...good, name: 'b', method: 'random' },
      'runs: The method random needs a number of runs.',
    ],
    [
      'a range in a grid',
      { ...good, name: 'b', parameters: { rank: { min: 1, max: 8 } } },
      'parameters.rank: A grid needs values for rank; a range works with random and tpe.',
    ],
    ['no model', { ...good, name: 'b', model: undefined }, 'model: Choose a model.'],
    ['a list instead of a sweep', [], ': The sweep file has a wrong kind of value.'],
  ])('refuses %s at its field, and nothing is half done', async (_, input, sentence) => {
    expect(await refused(input)).toContain(sentence)
  })

  it('refuses a space of a million configurations with its size', async () => {
    const parameters = { rank: hundred, batch_size: hundred, alpha: hundred }
    const [sentence] = await refused({ ...good, name: 'b', parameters })
    expect(sentence).toMatch(
      /^parameters: The search space has 1,000,000 configurations and a sweep has at most 2,000 runs/,
    )
  })

  it('refuses more GPUs than exist', async () => {
    const cluster = await web.db.prisma.cluster.findFirstOrThrow()
    await web.db.prisma.node.create({
      data: {
        clusterId: cluster.id,
        name: 'away',
        state: 'disconnected',
        agentVersion: '0',
        cpuCores: 1,
        memoryBytes: 1,
        lastSeenAt: new Date(),
        gpus: { create: { id: 'away/0', index: 0, kind: 'cpu', name: 'CPU', memoryBytes: 1 } },
      },
    })
    expect(await refused({ ...good, name: 'b', gpus: 3 })).toContain(
      'gpus: The sweep asks for 3 GPUs, and the cluster has 1 GPU.',
    )
  })

  it('of two that come at the same moment under one name, one wins', async () => {
    const answers = await Promise.all([submit({ ...good, name: 'twin' }), submit({ ...good, name: 'twin' })])
    expect(answers.map((answer) => answer.accepted).sort()).toEqual([false, true])
    expect(await web.db.prisma.job.count({ where: { name: 'twin' } })).toBe(1)
  })

  it('takes the next free name where that is asked for', async () => {
    expect(await submit(good, true)).toMatchObject({ accepted: true, name: 'grid 2' })
    expect(await submit(good, true)).toMatchObject({ accepted: true, name: 'grid 3' })
  })

  it('by REST answers the same sentence with its field, and never a stack', async () => {
    const { secret } = await issueToken({ userId, name: 'ci', role: 'editor', expiresAt: null })
    const call = (method: string, path: string, body?: string, type = 'application/json') =>
      handleRest(
        new Request(`http://localhost:3000/api/v1/${path}`, {
          method,
          headers: { authorization: `Bearer ${secret}`, 'content-type': type },
          ...(body === undefined ? {} : { body }),
        }),
        path.split('?')[0]!.split('/'),
      )
    const taken = await call('POST', 'sweeps', JSON.stringify(good))
    expect(taken.status).toBe(422)
    expect(await taken.json()).toMatchObject({
      error: { field: 'name', message: 'A sweep named grid exists already. Choose another name.' },
    })
    const yaml = await call(
      'POST',
      'sweeps?facts=false',
      'name: from yaml\nmodel: builtin/tiny-llama\ndataset: builtin/sql\nparameters: {rank: {values: [4]}}',
      'application/yaml',
    )
    expect(yaml.status).toBe(201)
    const broken = await call('POST', 'sweeps', '{"name": ')
    expect(broken.status).toBe(400)
    const text = await broken.text()
    expect(text).toMatch(/not valid JSON/)
    expect(text).not.toMatch(/at .*\.ts/)
    expect((await call('GET', 'nothing')).status).toBe(404)
    expect((await call('PUT', 'sweeps')).status).toBe(405)
    const listed = (await (await call('GET', 'sweeps?limit=2&states=waiting')).json()) as {
      sweeps: unknown[]
    }
    expect(listed.sweeps).toHaveLength(2)
    expect((await handleRest(new Request('http://localhost:3000/api/v1/sweeps'), ['sweeps'])).status).toBe(
      401,
    )
  })
})
