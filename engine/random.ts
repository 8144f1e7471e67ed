/**
 * A seeded source of random numbers: the only one the engine has. The same seed gives the same numbers on every
 * machine, since everything is done in 32-bit integers.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number
  /** Uniform integer in [0, below); `below` is a positive integer. */
  integer(below: number): number
  /** Normal with mean 0 and deviation 1. */
  normal(): number
  /** Exponential with mean 1. */
  exponential(): number
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[]
  /** An independent stream named by `label`; it does not depend on what was drawn from this one. */
  fork(label: string | number): Random
}

/**
 * Makes a generator (xoshiro128**, Blackman and Vigna 2018; its state is filled by splitmix32 from an FNV-1a hash).
 *
 * @param seed any number or string
 */
export function random(seed: number | string): Random {
  const name = String(seed)
  let mixer = hash32(name)
  const splitmix = (): number => {
    mixer = (mixer + 0x9e3779b9) | 0
    let z = mixer
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  let s0 = splitmix()
  let s1 = splitmix()
  let s2 = splitmix()
  // The all-zero state is the one state that xoshiro never leaves.
  let s3 = splitmix() | 1

  const uint32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0
    const shifted = s1 << 9
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = rotateLeft(s3, 11)
    return result
  }
  const next = (): number => uint32() / 0x1_0000_0000
  const integer = (below: number): number => Math.floor(next() * below)

  return {
    next,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    exponential: () => -Math.log(1 - next()),
    shuffle: (items) => {
      const copy = [...items]
      for (let last = copy.length - 1; last > 0; last--) {
        const other = integer(last + 1)
        const moved = copy[last]!
        copy[last] = copy[other]!
        copy[other] = moved
      }
      return copy
    },
    fork: (label) => random(`${name}/${label}`),
  }
}

/** FNV-1a over UTF-16 code units: a stable 32-bit number for a name. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
