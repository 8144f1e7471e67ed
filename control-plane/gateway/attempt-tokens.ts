import { createHmac, timingSafeEqual } from 'node:crypto'

export interface AttemptRef {
  runId: string
  attempt: number
  epoch: number
}

/**
 * Tokens that let one node write about one attempt. They are made, not stored: a leader that takes over makes the same
 * ones, and an order that is repeated carries the same one. When the attempt is over, its epoch refuses what comes.
 */
export class AttemptTokens {
  private readonly made = new Map<string, string>()

  constructor(
    private readonly key: string,
    private readonly nodeId: string,
  ) {}

  of({ runId, attempt, epoch }: AttemptRef): string {
    const name = `${runId}\n${attempt}\n${epoch}`
    let token = this.made.get(name)
    if (token === undefined) {
      token = `attempt_${createHmac('sha256', this.key).update(`${this.nodeId}\n${name}`).digest('base64url')}`
      this.made.set(name, token)
    }
    return token
  }

  admits(write: AttemptRef & { token: string }): boolean {
    const expected = Buffer.from(this.of(write))
    const given = Buffer.from(write.token)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}
