import fc from 'fast-check'

/** What breaks readers: limits of numbers, unpaired surrogates, control characters, keys of prototypes, wrong types. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e\u0000\n',
  '__proto__',
  '../../etc/passwd',
  'x'.repeat(5_000),
  -1,
  0,
  -0,
  0.5,
  1e308,
  5e-324,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  -(2 ** 63),
  2 ** 64,
  [],
  {},
  [[]],
  { $ref: '#' },
  ['', null, {}],
]

interface Place {
  holder: Record<string, unknown> | unknown[]
  key: string | number
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown> | unknown[]
  return (Array.isArray(holder) ? [...holder.keys()] : Object.keys(holder)).flatMap((key) => [
    { holder, key },
    ...placesIn((holder as Record<string | number, unknown>)[key]),
  ])
}

const defined = (holder: Place['holder'], key: Place['key'], value: unknown) =>
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true })

function damageOnce(value: unknown, where: number, how: number, by: unknown): unknown {
  const places = placesIn(value)
  const place = places[where % Math.max(1, places.length)]
  if (!place) return by
  const { holder, key } = place
  if (how === 0) Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]
  else if (how === 1) defined(holder, key, by)
  else defined(holder, Array.isArray(holder) ? holder.length : `${key}X`, by)
  return value
}

/** A value with up to three places removed, replaced or added; sometimes something else altogether. */
export const damaged = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => {
  const by = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...HOSTILE) }, fc.jsonValue({ maxDepth: 2 }))
  const blows = fc.array(fc.tuple(fc.nat(10_000), fc.nat(2), by), { maxLength: 3 })
  return fc.oneof(
    {
      weight: 19,
      arbitrary: fc
        .tuple(values, blows)
        .map(([value, all]) =>
          all.reduce<unknown>(
            (now, [where, how, what]) => damageOnce(now, where, how, structuredClone(what)),
            structuredClone(value),
          ),
        ),
    },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  )
}
