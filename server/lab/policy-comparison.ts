import { setImmediate as breathe } from 'node:timers/promises'
import { runLab } from '@/engine/early-exit/lab'
import { POLICIES } from '@/engine/early-exit/policies'
import type { PolicyName } from '@/engine/early-exit/policy'
import { shippedRecordings } from './recordings'

export interface PolicyOutcome {
  policy: PolicyName
  /** Median over the recordings of the share of samples saved. */
  saved: number
  /** Median and worst of the best loss found over the best of the full sweep; 1 is nothing lost. */
  lossRatio: number
  worstLossRatio: number
}

export interface PolicyComparison {
  recordings: number
  tasks: string[]
  policies: PolicyOutcome[]
}

let comparing: Promise<PolicyComparison> | undefined

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

async function compare(): Promise<PolicyComparison> {
  const recordings = await shippedRecordings()
  const policies: PolicyOutcome[] = []
  for (const policy of Object.values(POLICIES)) {
    const defaults = Object.fromEntries(
      Object.entries(policy.parameters).map(([name, one]) => [name, one.default]),
    )
    const sweeps = []
    for (const recording of recordings) {
      // Requests of others pass between two replays.
      await breathe()
      sweeps.push(...runLab([recording], policy, defaults).sweeps)
    }
    policies.push({
      policy: policy.name,
      saved: median(sweeps.map(({ saved }) => saved)),
      lossRatio: 1 + median(sweeps.map(({ excess }) => excess)),
      worstLossRatio: 1 + Math.max(...sweeps.map(({ excess }) => excess)),
    })
  }
  return { recordings: recordings.length, tasks: recordings.map(({ task }) => task), policies }
}

/** What each policy, at its defaults, did to the recorded sweeps that ship with Alto. Computed once a process. */
export function comparePolicies(): Promise<PolicyComparison> {
  comparing ??= compare().catch((error: unknown) => {
    comparing = undefined
    throw error
  })
  return comparing
}
