import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prometheusText } from '@/server/rest/prometheus'
import { FIGURES } from '@/server/rest/prometheus-figures'
import { startWeb, type TestWeb } from '../../support/web'

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[]
}

const dashboard = JSON.parse(
  readFileSync(new URL('../../../deploy/grafana/alto.json', import.meta.url), 'utf8'),
) as Dashboard

describe('metrics', () => {
  let web: TestWeb
  let text: string
  beforeAll(async () => {
    web = await startWeb()
    await web.db.pool.query(
      `INSERT INTO "Lease" ("subject", "epoch", "gpuIds", "expiresAt") VALUES ('run:x', 1, '{}', now() + interval '40 s')`,
    )
    await web.db.prisma.launcher.create({
      data: { name: 'slurm', kind: 'slurm', min: 0, max: 3, wanted: 2, agents: [{ id: '1' }] },
    })
    text = (await prometheusText()).text
  })
  afterAll(() => web.stop())

  it('every figure is asked for without an error, and those of what is there have their value', () => {
    for (const { name, kind } of FIGURES) expect(text).toContain(`# TYPE ${name} ${kind}`)
    expect(text).toContain('alto_leases{subject="run"} 1')
    expect(Number(/alto_lease_seconds_left\{subject="run"\} (\S+)/.exec(text)![1])).toBeGreaterThan(30)
    expect(text).toContain('alto_launcher_agents{launcher="slurm"} 1')
    expect(text).toContain('alto_launcher_wanted{launcher="slurm"} 2')
    expect(text).toContain('alto_queue_gpus 0')
  })

  it('a second look counts nothing twice', async () => {
    expect((await prometheusText()).text).toContain('alto_leases{subject="run"} 1')
  })

  it('every query of the shipped dashboard names figures that exist', () => {
    const queries = dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr))
    expect(queries.length).toBeGreaterThan(20)
    const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!))
    for (const query of queries) {
      const names = query.match(/alto_[a-z_]+/g) ?? []
      expect(names.length, query).toBeGreaterThan(0)
      for (const name of names) expect(known, query).toContain(name)
    }
    const shown = queries.join(' ')
    expect(FIGURES.filter(({ name }) => !shown.includes(name)).map(({ name }) => name)).toEqual([])
  })
})
