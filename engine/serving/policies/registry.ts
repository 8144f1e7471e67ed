import type { Policy } from '../choice'
import { alto } from './alto/alto'
import { edf } from './edf'
import { fcfs } from './fcfs'
import { genserve } from './genserve'
import { leastSlack } from './least-slack'
import { rasp } from './rasp'
import { sjf } from './sjf'
import { srtf } from './srtf'
import { tetriserve } from './tetriserve'

const POLICIES = {
  alto,
  fcfs,
  genserve,
  tetriserve,
  sjf,
  edf,
  srtf,
  rasp,
  'least-slack': leastSlack,
} as const satisfies Record<string, Policy>

export type PolicyName = keyof typeof POLICIES

export const POLICY_NAMES = Object.keys(POLICIES) as PolicyName[]

export function policyOf(name: PolicyName): Policy {
  return POLICIES[name]
}
