import { openAsBlob } from 'node:fs'
import type { Api } from '../client/api'
import { readSweepFile, type SweepFile } from './read-sweep-file'

export interface SubmittedSweep {
  id: string
  name: string
  runs: number
  unchecked: string | null
}

async function upload(api: Api, file: NonNullable<SweepFile['upload']>): Promise<string> {
  const known = await api.get<{ reference: string; name: string }[]>('/datasets')
  const before = known.find((dataset) => dataset.name === file.name)
  if (before) return before.reference
  const body = await openAsBlob(file.path)
  const answer = await api.request('POST', `/datasets?name=${encodeURIComponent(file.name)}`, {
    body,
    headers: { 'content-type': 'application/x-ndjson' },
  })
  return ((await answer.json()) as { reference: string }).reference
}

/** Sends a sweep file, with the data set beside it where it names one. */
export async function submitSweepFile(
  api: Api,
  path: string,
  options: { renameIfTaken?: boolean; facts?: boolean } = {},
): Promise<SubmittedSweep> {
  const file = readSweepFile(path)
  const dataset = file.upload ? await upload(api, file.upload) : file.spec.dataset
  const { renameIfTaken = false, facts = true } = options
  return api.post<SubmittedSweep>(`/sweeps?renameIfTaken=${renameIfTaken}&facts=${facts}`, {
    ...file.spec,
    dataset,
  })
}
