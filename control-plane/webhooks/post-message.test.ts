import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ForbiddenTarget, postMessage } from './post-message'
import { signedHeaders } from './sign-message'

async function listening(answer: number) {
  const seen: { message: IncomingMessage; body: string }[] = []
  const server = createServer((message, response) => {
    let body = ''
    message.on('data', (data: Buffer) => {
      body += data.toString()
    })
    message.on('end', () => {
      seen.push({ message, body })
      response.writeHead(answer, { location: 'http://127.0.0.1:1/' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { seen, port, close: () => new Promise((resolve) => server.close(resolve)) }
}

test('[S43] a private target is refused before anything is sent, by address and by name', async () => {
  const target = await listening(200)
  for (const host of ['127.0.0.1', '[::1]', 'localhost', '0.0.0.0', '169.254.169.254'])
    await expect(postMessage(`http://${host}:${target.port}/`, '{}', {}, false)).rejects.toBeInstanceOf(
      ForbiddenTarget,
    )
  await expect(postMessage('file:///etc/passwd', '{}', {}, true)).rejects.toBeInstanceOf(ForbiddenTarget)
  expect(target.seen).toEqual([])
  await target.close()
})

test('[S43] a message is signed over its id, its time and its body, and no redirect is followed', async () => {
  const target = await listening(302)
  const secret = `whsec_${Buffer.from('a key of some bytes').toString('base64')}`
  const body = '{"type":"request.done"}'
  const status = await postMessage(
    `http://127.0.0.1:${target.port}/hook`,
    body,
    signedHeaders(secret, 'v-1', 1_700_000_000, body),
    true,
  )
  expect(status).toBe(302)
  const [{ message, body: got }] = target.seen as [{ message: IncomingMessage; body: string }]
  expect(got).toBe(body)
  const expected = createHmac('sha256', 'a key of some bytes')
    .update(`v-1.1700000000.${body}`)
    .digest('base64')
  expect(message.headers['webhook-signature']).toBe(`v1,${expected}`)
  await target.close()
})
