import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { durableEvent, metricsEvent } from '@/contracts/agent-events'
import { readMetrics } from '@/control-plane/gateway/read-metrics'
import { arbitraryOfSchema, type FuzzSchema } from '../fuzz/arbitrary-of-schema'
import { damaged } from '../fuzz/damage'

const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: (id) => id })
const definitions = schemas as Record<string, FuzzSchema>

it('takes metrics exactly where the contract does, and as it does', () => {
  const whole = arbitraryOfSchema(definitions.MetricsEvent!, definitions)
  let taken = 0
  fc.assert(
    fc.property(fc.oneof(whole, damaged(whole)), (sample) => {
      const event = JSON.parse(JSON.stringify(sample ?? null)) as unknown
      const byContract = metricsEvent.safeParse(event)
      const ours = readMetrics(event)
      if (ours) {
        taken++
        expect(byContract.success).toBe(true)
        expect(ours).toEqual(byContract.data)
        expect(durableEvent.parse(event)).toEqual(ours)
      } else if (byContract.success) {
        // Left to the schema: keys that objects have of their own.
        expect(JSON.stringify(event)).toContain('__proto__')
      }
    }),
    { numRuns: 3_000, seed: 7 },
  )
  expect(taken).toBeGreaterThan(100)
})
