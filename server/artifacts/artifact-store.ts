import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { env } from '../env'
import { artifactPath } from '../rest/artifact-path'
import { S3Client } from './s3-client'

let client: { address: string; client: S3Client } | undefined

/** The S3-compatible store of `ALTO_ARTIFACTS`; `null` where the folder itself is the store. */
function remote(): S3Client | null {
  const address = env().ALTO_ARTIFACTS
  if (!address) return null
  if (client?.address === address) return client.client
  const { host: bucket, pathname } = new URL(address)
  const prefix = pathname.replace(/^\/+|\/+$/g, '')
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1'
  const endpoint = process.env.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
    throw new Error('ALTO_ARTIFACTS names an S3 store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY too.')
  client = {
    address,
    client: new S3Client({
      endpoint: endpoint.replace(/\/$/, ''),
      bucket,
      prefix: prefix && `${prefix}/`,
      region,
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    }),
  }
  return client.client
}

/** What was just written into the folder lasts afterwards. */
export async function keepArtifact(relative: string): Promise<void> {
  await remote()?.upload(relative, artifactPath(relative))
}

/** What is about to be read is in the folder afterwards, where the store has it. */
export async function fetchArtifacts(relative: string): Promise<void> {
  const store = remote()
  if (!store || existsSync(artifactPath(relative))) return
  for (const name of await store.list(relative)) await store.download(name, artifactPath(name))
}

/** Nothing needs it any more. */
export async function dropArtifact(relative: string): Promise<void> {
  await remote()?.remove(relative)
  await rm(artifactPath(relative), { force: true })
}
