import { createHmac } from 'node:crypto'

/**
 * Headers of a message as Standard Webhooks has them: who receives it can tell that it is ours, unchanged, and new.
 *
 * @param secret `whsec_` and base64
 * @param at Unix seconds
 */
export function signedHeaders(
  secret: string,
  id: string,
  at: number,
  body: string,
): { 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string } {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,${signature}`,
  }
}
