import { setTimeout as wait } from 'node:timers/promises'

const SECONDS = 120

/** Resolves when the pages answer. */
export async function waitForWeb(url: string, logFile: string): Promise<void> {
  for (const until = Date.now() + SECONDS * 1000; Date.now() < until; await wait(100)) {
    try {
      const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) })
      if (answer.ok) return
    } catch {
      // Not yet.
    }
  }
  throw new Error(`The dashboard did not answer within ${SECONDS} seconds. Its log is ${logFile}.`)
}
