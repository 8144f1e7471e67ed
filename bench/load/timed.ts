import { type Spread, spread } from '../harness/spread'

/** How long a piece of work takes, one time after the other, in milliseconds. */
export async function timed(times: number, work: () => Promise<unknown>): Promise<Spread> {
  const ms: number[] = []
  for (let i = 0; i < times; i++) {
    const at = performance.now()
    await work()
    ms.push(performance.now() - at)
  }
  return spread(ms)
}
