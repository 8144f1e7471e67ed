import { createWriteStream, openAsBlob } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { AwsClient } from 'aws4fetch'

export interface S3Place {
  endpoint: string
  bucket: string
  /** Empty, or ends with a slash. */
  prefix: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

const textOf = (xml: string, tag: string): string[] =>
  [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map((match) => match[1]!)

/** The four things that we ask of an S3-compatible store; names are relative to the place. */
export class S3Client {
  private readonly aws: AwsClient

  constructor(private readonly place: S3Place) {
    const { accessKeyId, secretAccessKey, sessionToken, region } = place
    this.aws = new AwsClient({
      accessKeyId,
      secretAccessKey,
      sessionToken,
      region,
      service: 's3',
      retries: 4,
    })
  }

  /** Names of the object and of those below it. */
  async list(name: string): Promise<string[]> {
    const names: string[] = []
    for (let token = ''; ; ) {
      const query = new URLSearchParams({
        'list-type': '2',
        'encoding-type': 'url',
        prefix: this.place.prefix + name,
        ...(token ? { 'continuation-token': token } : {}),
      })
      const xml = await (await this.send(`?${query.toString()}`)).text()
      const keys = textOf(xml, 'Key').map((key) => decodeURIComponent(key.replaceAll('+', ' ')))
      names.push(...keys.map((key) => key.slice(this.place.prefix.length)))
      token = textOf(xml, 'NextContinuationToken')[0]?.replaceAll('&amp;', '&') ?? ''
      if (!token) return names.filter((one) => one === name || one.startsWith(`${name}/`))
    }
  }

  /** Writes an object to a file, which has its name only when it is whole. */
  async download(name: string, path: string): Promise<void> {
    const response = await this.send(`/${this.keyOf(name)}`)
    const half = `${path}.part`
    await mkdir(dirname(path), { recursive: true })
    try {
      await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(half))
      await rename(half, path)
    } finally {
      await rm(half, { force: true })
    }
  }

  async upload(name: string, path: string): Promise<void> {
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
    await this.send(`/${this.keyOf(name)}`, { method: 'PUT', body: await openAsBlob(path), headers })
  }

  async remove(name: string): Promise<void> {
    await this.send(`/${this.keyOf(name)}`, { method: 'DELETE' })
  }

  private keyOf(name: string): string {
    return (this.place.prefix + name).split('/').map(encodeURIComponent).join('/')
  }

  private async send(path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
    const { endpoint, bucket } = this.place
    const response = await this.aws.fetch(`${endpoint}/${bucket}${path}`, init)
    if (response.ok) return response
    const [code = response.statusText] = textOf(await response.text(), 'Code')
    throw new Error(
      `The artifact store answered ${response.status} (${code}) for ${bucket}${path.split('?')[0]}.`,
    )
  }
}
