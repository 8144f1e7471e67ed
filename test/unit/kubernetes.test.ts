import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { agentManifest } from '../../control-plane/launchers/agent-manifest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const python = join(root, 'agent/.venv/bin/python')

/** Checks files against the schemas that Kubernetes publishes, which the package brings along. */
function validate(...files: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(python, ['-m', 'kubernetes_validate', '--strict', ...files], {
    encoding: 'utf8',
  })
  return { code: status, output: stdout + stderr }
}

describe('Kubernetes', () => {
  it('the shipped manifests fit the published schemas', () => {
    const { code, output } = validate(
      join(root, 'deploy/kubernetes/alto.yaml'),
      join(root, 'deploy/kubernetes/postgres.yaml'),
    )
    expect(output.match(/ passed /g) ?? []).toHaveLength(14)
    expect(code).toBe(0)
  })

  it('so does the pod of an agent, with and without GPUs; a wrong one is refused', () => {
    const folder = mkdtempSync(join(tmpdir(), 'alto-manifest-'))
    const order = { name: 'gpu-abc', url: 'ws://alto-gateway:7412/agent', joinToken: 'join_x' }
    const options = { namespace: 'alto', image: 'alto-agent', gpus: 8, claim: 'artifacts', envFrom: 'alto' }
    const lists = [
      agentManifest('gpu', options, order),
      agentManifest('gpu', { ...options, gpus: 0, claim: null, envFrom: null }, order),
    ]
    const file = join(folder, 'agents.yaml')
    try {
      writeFileSync(file, lists.flatMap((list) => list.items.map((item) => stringify(item))).join('---\n'))
      const { code, output } = validate(file)
      expect(output.match(/ passed /g) ?? []).toHaveLength(4)
      expect(code).toBe(0)
      expect(JSON.stringify(lists[0]!.items[1])).not.toContain('join_x')
      writeFileSync(file, stringify({ ...lists[0]!.items[1], spec: { containers: 'none' } }))
      expect(validate(file).code).not.toBe(0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
