import { Client } from 'pg'

export interface Listener {
  close(): Promise<void>
}

const LONGEST_WAIT_MS = 60_000

/**
 * Listens on one connection of its own and calls `onRing` for each notification and after each (re)connect, since
 * nothing is replayed. A lost connection is opened again with growing, jittered waits. Callers poll slowly as well.
 */
export function listen(
  url: string,
  channels: readonly string[],
  onRing: () => void,
  onError: (error: Error) => void = () => {},
): Listener {
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let waitMs = 500

  const open = async () => {
    const next = new Client({ connectionString: url, keepAlive: true, application_name: 'alto-listen' })
    client = next
    let failed = false
    const retry = (error: Error) => {
      if (failed || closed) return
      failed = true
      onError(error)
      next.end().catch(() => {})
      const delay = waitMs * (0.5 + Math.random() / 2)
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)
      timer = setTimeout(() => void open(), delay)
    }
    next.on('error', retry)
    next.on('end', () => retry(new Error('The connection that listens for changes was closed.')))
    next.on('notification', () => onRing())
    try {
      await next.connect()
      for (const channel of channels) await next.query(`LISTEN ${channel}`)
      waitMs = 500
      onRing()
    } catch (error) {
      retry(error as Error)
    }
  }

  void open()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}
