import { alto } from './alto'
import { asha } from './asha'
import { hyperband } from './hyperband'
import { median } from './median'
import { none } from './none'
import type { EarlyExitPolicy, PolicyName } from './policy'

/** Every early-exit policy by its name. */
export const POLICIES: { readonly [N in PolicyName]?: EarlyExitPolicy } = {
  none,
  alto,
  asha,
  hyperband,
  median,
}
