import { setTimeout as wait } from 'node:timers/promises'
import type { SweepResult, SweepSummary } from '../client/answers'
import type { Api } from '../client/api'
import { progressLine } from './progress-line'

const POLL_MS = 1_000
/** Where the output is no terminal, a line now and then instead of one that changes. */
const PLAIN_EVERY_MS = 15_000
const LONGEST_SILENCE_MS = 120_000

class ProgressOutput {
  private lastPlainAt = 0
  private readonly stream = process.stderr

  show(line: string): void {
    if (this.stream.isTTY) {
      const width = this.stream.columns ?? 120
      this.stream.write(`\r\x1b[2K${line.slice(0, width - 1)}`)
    } else if (Date.now() - this.lastPlainAt > PLAIN_EVERY_MS) {
      this.lastPlainAt = Date.now()
      this.stream.write(`${line}\n`)
    }
  }

  end(): void {
    if (this.stream.isTTY) this.stream.write('\r\x1b[2K')
  }
}

const hasEnded = (sweep: SweepSummary) =>
  sweep.state === 'done' || sweep.state === 'failed' || sweep.state === 'cancelled'

/** Shows progress on standard error until the sweep has ended; a platform that restarts meanwhile is waited for. */
export async function watchSweep(api: Api, id: string, signal?: AbortSignal): Promise<SweepResult> {
  const output = new ProgressOutput()
  let heardAt = Date.now()
  while (!signal?.aborted) {
    try {
      const { sweep } = await api.get<{ sweep: SweepSummary }>(`/sweeps/${id}`)
      heardAt = Date.now()
      if (hasEnded(sweep)) break
      output.show(progressLine(sweep, new Date()))
    } catch (error) {
      if (Date.now() - heardAt > LONGEST_SILENCE_MS) throw error
      output.show((error as Error).message)
    }
    await wait(POLL_MS)
  }
  output.end()
  return api.get<SweepResult>(`/sweeps/${id}/result`)
}
