import type { AddressInfo } from 'node:net'
import { createServer, type Server, Socket } from 'node:net'

/**
 * A connection that can be pulled out: a TCP relay of ours between a client and a server. While it is cut, nothing
 * passes and nobody is told, as with a cable: what was open stays half open, and new connections get no answer. When it
 * is mended, what is still open goes on.
 */
export class Cable {
  private readonly links = new Set<Link>()
  private isCut = false

  private constructor(
    private readonly server: Server,
    private readonly to: { host: string; port: number },
  ) {
    server.on('connection', (near) => this.accept(near))
  }

  static async lay(to: { host: string; port: number }): Promise<Cable> {
    const server = createServer({ pauseOnConnect: true })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Cable(server, to)
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  cut(): void {
    this.isCut = true
    for (const link of this.links) link.hold()
  }

  mend(): void {
    this.isCut = false
    for (const link of this.links) link.release()
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    for (const link of this.links) link.end()
    await closed
  }

  private accept(near: Socket): void {
    const link = new Link(near, this.to, () => this.links.delete(link))
    this.links.add(link)
    if (!this.isCut) link.release()
  }
}

/** One connection through the cable. It is made held: the far side is dialled when it is released. */
class Link {
  private readonly far = new Socket()
  private dialled = false
  private held = true
  private ended = false

  constructor(
    private readonly near: Socket,
    private readonly to: { host: string; port: number },
    private readonly onEnd: () => void,
  ) {
    this.forward(near, this.far)
    this.forward(this.far, near)
    near.pause()
  }

  hold(): void {
    this.held = true
    this.near.pause()
    this.far.pause()
  }

  release(): void {
    this.held = false
    if (this.ended) this.end()
    else if (this.dialled) for (const socket of [this.near, this.far]) socket.resume()
    else this.dial()
  }

  end(): void {
    this.held = false
    this.near.destroy()
    this.far.destroy()
    this.onEnd()
  }

  private dial(): void {
    this.dialled = true
    this.far.connect(this.to.port, this.to.host, () => {
      if (!this.held) this.near.resume()
    })
  }

  private forward(from: Socket, to: Socket): void {
    from.on('data', (data) => {
      if (to.write(data)) return
      from.pause()
      to.once('drain', () => {
        if (!this.held) from.resume()
      })
    })
    const over = () => {
      this.ended = true
      // Nobody hears of an end through a cable that is cut.
      if (!this.held) this.end()
    }
    from.on('error', over)
    from.on('close', over)
  }
}
