import type { LiveBatch } from '../../server/routers/live/events'

const SILENCE_MS = 8_000
const AGAIN_MS = 300

/** What an open page hears: one subscription that is opened again after the last fact it saw, whatever happens. */
export class LivePage {
  /** Ids of facts, in the order in which they came. */
  readonly seen: number[] = []
  /** When, for each of them, in milliseconds of this process. */
  readonly heardAt: number[] = []
  /** How often it had to connect again. */
  reconnects = 0
  /** The server said that too much was missed to send it one by one. */
  resets = 0
  private readonly stopped = new AbortController()
  private lastId: number
  private readonly done: Promise<void>

  constructor(
    private readonly bases: readonly string[],
    private readonly token: string,
    readonly after: number,
  ) {
    this.lastId = after
    this.done = this.follow()
  }

  get newest(): number {
    return this.lastId
  }

  async close(): Promise<void> {
    this.stopped.abort()
    await this.done
  }

  private async follow(): Promise<void> {
    for (let number = 0; !this.stopped.signal.aborted; number++) {
      if (number > 0) this.reconnects++
      try {
        await this.connect(this.bases[number % this.bases.length]!)
      } catch {
        // It is tried again below, as the browser does.
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }

  private async connect(base: string): Promise<void> {
    const silent = new AbortController()
    const signal = AbortSignal.any([this.stopped.signal, silent.signal])
    const input = encodeURIComponent(JSON.stringify({ json: { lastEventId: String(this.lastId) } }))
    let timer = setTimeout(() => silent.abort(), SILENCE_MS)
    try {
      const answer = await fetch(`${base}/api/trpc/live.events?input=${input}`, {
        headers: { authorization: `Bearer ${this.token}`, accept: 'text/event-stream' },
        signal,
      })
      if (!answer.ok || !answer.body) return
      let text = ''
      for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
        clearTimeout(timer)
        timer = setTimeout(() => silent.abort(), SILENCE_MS)
        text += chunk
        const messages = text.split('\n\n')
        text = messages.pop()!
        for (const message of messages) this.hear(message)
      }
    } finally {
      clearTimeout(timer)
    }
  }

  private hear(message: string): void {
    const lines = message.split('\n')
    const id = lines.find((line) => line.startsWith('id:'))
    const data = lines.find((line) => line.startsWith('data:'))
    if (!id || !data) return
    const { json } = JSON.parse(data.slice(5)) as { json?: LiveBatch }
    if (!json) return
    if (json.reset) this.resets++
    const now = performance.now()
    for (const event of json.events) {
      this.seen.push(event.id)
      this.heardAt.push(now)
    }
    this.lastId = Number(id.slice(3).trim())
  }
}
