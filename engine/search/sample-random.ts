import { type Random, random } from '../random'
import type { Domain, Space, Value } from './space'

/** Twice as many draws as that without a new configuration means that the space is (nearly) used up. */
const PATIENCE = 200

function draw(domain: Domain, source: Random): Value {
  if ('values' in domain) return domain.values[source.integer(domain.values.length)]!
  const { min, max, distribution } = domain
  if (distribution === 'int_uniform')
    return Math.floor(min) + source.integer(Math.floor(max) - Math.floor(min) + 1)
  if (distribution === 'uniform') return min + source.next() * (max - min)
  return Math.exp(Math.log(min) + source.next() * Math.log(max / min))
}

/** Six significant digits: more would be noise in tables and file names. */
const readable = (value: Value): Value =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value

/**
 * Up to `count` different configurations, the same for the same seed; fewer where the space has no more.
 * Each parameter has a stream of its own, so adding one does not change the draws of the others.
 */
export function sampleRandom(space: Space, count: number, seed: number): Record<string, Value>[] {
  const source = random(seed).fork('search')
  const streams = Object.entries(space).flatMap(([name, domain]) =>
    domain ? [{ name, domain, stream: source.fork(name) }] : [],
  )
  const found = new Map<string, Record<string, Value>>()
  for (let misses = 0; found.size < count && misses < PATIENCE; ) {
    const one = Object.fromEntries(
      streams.map(({ name, domain, stream }) => [name, readable(draw(domain, stream))]),
    )
    const key = JSON.stringify(one)
    if (found.has(key)) misses++
    else found.set(key, one)
  }
  return [...found.values()]
}
