import { createServer } from 'node:net'

/** Whether `port` can be listened on; a refused one is in use or needs more rights. */
export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** The wanted port, or the next free one after it. */
export async function freePortFrom(wanted: number, host = '127.0.0.1'): Promise<number> {
  for (let port = wanted; port < wanted + 200; port++) if (await isPortFree(port, host)) return port
  throw new Error(`No port from ${wanted} to ${wanted + 199} is free.`)
}
