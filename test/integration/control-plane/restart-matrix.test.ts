import { expect, test } from 'vitest'
import type { Fault } from '../../chaos/fault'
import { Namespace } from '../../chaos/namespace'
import { storm } from '../../chaos/storm'

/**
 * Cells of the restart matrix that no other test has, on one stage, in this order. `npm run chaos -- --matrix` goes
 * through all of them, `npm run chaos -- --faults N` through random ones.
 */
const CELLS: Fault[] = [
  { means: 'cut', target: 'agent', moment: 'training', outage: 'short' },
  { means: 'kill', target: 'postgres', moment: 'checkpointing', outage: 'none' },
  { means: 'freeze', target: 'executor', moment: 'evaluating', outage: 'short' },
  { means: 'freeze', target: 'agent', moment: 'training', outage: 'long' },
  { means: 'cut', target: 'control-plane', moment: 'training', outage: 'short' },
  { means: 'freeze', target: 'control-plane', moment: 'checkpointing', outage: 'lease' },
]

test('[L1] [L2] [L6] [L8] [L9] [L12] [L18] [L19] after any outage nothing is lost, doubled, orphaned or different', async () => {
  const said: string[] = []
  const report = await storm({
    seed: 1,
    faults: CELLS,
    steps: 120,
    agents: 2,
    leaseSeconds: 8,
    namespaces: Namespace.possible(),
    web: false,
    overlap: 0,
    budgetSeconds: Number.POSITIVE_INFINITY,
    logs: '',
    say: (line) => said.push(line),
  })
  expect(report.violations, said.join('\n')).toEqual([])
  expect(report.recovered).toBe(CELLS.length)
  expect(report.metricsStored).toBe(report.metricsExpected)
  expect(report.metricsExpected).toBeGreaterThan(0)
  expect(report.adaptersEqual).toBeGreaterThan(0)
}, 1_200_000)
