import { adaptive } from './adaptive'
import { alto } from './alto'
import { asha } from './asha'
import { hyperband } from './hyperband'
import { median } from './median'
import { none } from './none'
import type { EarlyExitPolicy, PolicyName } from './policy'

/** Every early-exit policy by its name; `adaptive` is the default of a new sweep. */
export const POLICIES: Readonly<Record<PolicyName, EarlyExitPolicy>> = {
  adaptive,
  alto,
  asha,
  hyperband,
  median,
  none,
}
