import { fillSlots } from './fill-slots'
import type { EarlyExitPolicy } from './policy'

export type NoneParams = Record<never, number>

/** Every run trains to its end; nothing is stopped, not even a run whose loss is not a number. */
export const none: EarlyExitPolicy<NoneParams> = {
  name: 'none',
  label: 'None',
  summary: 'Every run trains to its end. For a reference, or when the whole curves are wanted.',
  parameters: {},
  decide: (view) => fillSlots(view, () => true),
}
