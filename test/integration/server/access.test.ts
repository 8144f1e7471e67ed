import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Principal } from '@/server/auth/principal'
import { covers, ROLES } from '@/server/auth/roles'
import { appRouter } from '@/server/routers/app-router'
import { insertSweep } from '@/server/sweeps/insert-sweep'
import { parseSpec } from '@/server/sweeps/parse-spec'
import type { Meta } from '@/server/trpc/init'
import { startWeb, type TestWeb } from '../../support/web'

interface Definition {
  meta?: Meta
  type: 'query' | 'mutation' | 'subscription'
}

const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: Definition }>,
).map(([path, { _def }]) => ({ path, ...(_def.meta as Meta), type: _def.type }))

/** What a refusal is made of; anything else means that the gate let it through. */
const GATE = new Set(['UNAUTHORIZED', 'FORBIDDEN', 'NOT_FOUND'])

describe('access', () => {
  let web: TestWeb
  let sweepId: string
  let runId: string
  let datasetId: string
  let deploymentId: string
  let requestId: string
  let stranger: Principal
  const people = new Map<string, Principal>()

  const inputs = (): Record<string, unknown> => ({
    'decision.get': { id: 1 },
    'cluster.timeline': { from: new Date(0), to: new Date(1000) },
    'cluster.utilisation': { from: new Date(0), to: new Date(1000) },
    'cluster.drain': { nodeId: 'nobody' },
    'cluster.cordon': { nodeId: 'nobody' },
    'cluster.open': { nodeId: 'nobody' },
    'sweep.rename': { id: sweepId, name: 'renamed' },
    'sweep.submit': { spec: {}, projectId: web.projectId },
    'sweep.validate': { spec: {}, projectId: web.projectId },
    'sweep.estimate': { spec: {}, projectId: web.projectId },
    'project.invite': { role: 'viewer', projectId: web.projectId },
    'dataset.list': { projectId: web.projectId },
    'dataset.preview': { model: 'builtin/tiny-llama', dataset: 'builtin/sql', projectId: web.projectId },
    'model.describe': { model: 'builtin/tiny-llama', projectId: web.projectId },
    'dataset.delete': { id: datasetId },
    'launcher.ask': { name: 'nobody', agents: 1 },
    'deployment.create': { spec: {}, projectId: web.projectId },
    'deployment.update': { id: deploymentId, settings: {} },
    'deployment.attainment': { id: deploymentId, ...hour },
    'deployment.use': { id: deploymentId, ...hour },
    'deployment.late': { id: deploymentId, ...hour },
    'request.quote': { deploymentId, spec: { kind: 'image', prompt: 'a red circle' } },
    'request.create': { deploymentId, spec: { kind: 'image', prompt: 'a red circle' } },
  })
  const hour = { from: new Date(0), to: new Date(3_600_000) }
  const idFor = (path: string): string => {
    const noun = path.split('.')[0]!
    return { run: runId, deployment: deploymentId, request: requestId }[noun] ?? sweepId
  }
  const inputFor = (path: string) => inputs()[path] ?? { id: idFor(path) }

  /** The code of the refusal, or `passed`. */
  async function knock(principal: Principal | null, path: string): Promise<string> {
    const procedure = path
      .split('.')
      .reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], web.caller(principal)) as (
      input: unknown,
    ) => Promise<unknown>
    try {
      await procedure(inputFor(path))
      return 'passed'
    } catch (error) {
      const { code } = error as { code: string }
      return GATE.has(code) ? code : 'passed'
    }
  }

  beforeAll(async () => {
    web = await startWeb()
    for (const role of ROLES) people.set(role, await web.person(role))
    const elsewhere = await web.project('Elsewhere')
    stranger = await web.person('admin', elsewhere)
    const { spec } = parseSpec({
      name: 'a',
      model: 'builtin/tiny-llama',
      dataset: 'builtin/sql',
      parameters: {},
    })
    const made = await insertSweep({
      projectId: web.projectId,
      spec: spec!,
      dataset: 'builtin/sql',
      createdById: people.get('admin')!.userId,
      trainSamples: 10,
      validationSamples: 2,
    })
    sweepId = made.id
    runId = (await web.db.prisma.run.findFirstOrThrow({ where: { sweepId } })).id
    deploymentId = (
      await web.db.prisma.job.create({
        data: {
          projectId: web.projectId,
          kind: 'deployment',
          name: 'pair',
          state: 'running',
          deployment: {
            create: { imageModel: 'builtin/tiny-image', gpuIds: ['n0/0'], webhookSecret: 'whsec_x' },
          },
        },
      })
    ).id
    requestId = (
      await web.db.prisma.request.create({
        data: {
          id: 'i-1',
          deploymentId,
          projectId: web.projectId,
          groupId: 'g',
          kind: 'image',
          prompt: 'a red circle',
          width: 48,
          height: 48,
          frames: 1,
          steps: 8,
          seed: 0,
          deadlineAt: new Date(),
        },
      })
    ).id
    datasetId = (
      await web.db.prisma.dataset.create({
        data: { projectId: web.projectId, name: 'kept.jsonl', path: 'datasets/x.jsonl', bytes: 1, rows: 1 },
      })
    ).id
  })
  afterAll(() => web.stop())

  it('every procedure says who may call it', () => {
    expect(procedures.filter((procedure) => procedure.scope === undefined)).toEqual([])
    const open = procedures
      .filter((procedure) => procedure.scope === 'public')
      .map((procedure) => procedure.path)
    expect(open.sort()).toEqual(['setup.createAccount', 'setup.status'])
  })

  it('nobody gets in without signing in', async () => {
    for (const { path, scope } of procedures.filter(
      (one) => one.scope !== 'public' && one.type !== 'subscription',
    ))
      expect([path, scope, await knock(null, path)]).toEqual([path, scope, 'UNAUTHORIZED'])
  })

  it('a role that is too low is refused, one that is enough is not', async () => {
    const gated = procedures.filter((one) => one.role !== undefined && one.path !== 'dataset.delete')
    expect(gated.length).toBeGreaterThan(20)
    for (const { path, role } of gated)
      for (const has of ROLES) {
        const answer = await knock(people.get(has)!, path)
        if (!covers(has, role!)) expect([path, has, answer]).toEqual([path, has, 'FORBIDDEN'])
        // A node of that name does not exist: that is found out behind the gate.
        else expect([path, has, ['passed', 'NOT_FOUND'].includes(answer)]).toEqual([path, has, true])
      }
  })

  it('things of another project are answered as if they did not exist', async () => {
    for (const { path, scope } of procedures.filter((one) => one.scope === 'project'))
      expect([path, scope, await knock(stranger, path)]).toEqual([path, scope, 'NOT_FOUND'])
    expect((await web.caller(stranger).sweep.list()).sweeps).toEqual([])
    expect((await web.caller(stranger).overview.get()).waiting).toEqual([])
    expect(
      (await web.caller(stranger).search.palette({ text: 'a' })).filter((hit) => hit.kind !== 'node'),
    ).toEqual([])
    expect(await web.db.prisma.dataset.count()).toBe(1)
  })

  it('a token of an admin with the role viewer may only look', async () => {
    const token: Principal = { ...people.get('admin')!, via: 'token', ceiling: 'viewer' }
    expect(await knock(token, 'sweep.get')).toBe('passed')
    expect(await knock(token, 'sweep.cancel')).toBe('FORBIDDEN')
    expect(await knock({ ...token, isOwner: true }, 'cluster.joinToken')).toBe('FORBIDDEN')
  })
})
