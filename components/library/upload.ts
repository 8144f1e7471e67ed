export interface Uploaded {
  id: string
  name: string
  rows: number
  bytes: number
  /** What a sweep file says. */
  reference: string
}

/** Sends a .jsonl file; the server reads every row before it keeps it. Rejects with the server's sentence. */
export async function uploadDataset(file: Blob, name: string): Promise<Uploaded> {
  const response = await fetch(`/api/v1/datasets?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    body: file,
    headers: { 'content-type': 'application/x-ndjson' },
  })
  const answer = (await response.json().catch(() => ({}))) as Partial<Uploaded> & {
    error?: { message?: string } | string
    message?: string
  }
  if (response.ok) return answer as Uploaded
  const sentence = typeof answer.error === 'string' ? answer.error : (answer.error?.message ?? answer.message)
  throw new Error(sentence ?? 'The file could not be stored. Try again in a moment.')
}
