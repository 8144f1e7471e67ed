import type { Pool, PoolClient } from 'pg'
import { type ServingProfile, type StepTimes, stepTimesOf } from '../../engine/serving/profile'

/** Measured times of one shape in one mode, with the units that each mean is over. */
export interface ProfileRow {
  kind: 'image' | 'video'
  width: number
  height: number
  frames: number
  batch: number
  sp: number
  stepMs: number | null
  encodeMs: number | null
  decodeMs: number | null
  steps: number
  encodes: number
  decodes: number
}

export async function profileRows(client: Pool | PoolClient, deploymentId: string): Promise<ProfileRow[]> {
  const { rows } = await client.query<ProfileRow>(
    `SELECT "kind", "width", "height", "frames", "batch", "sp", "stepMs", "encodeMs", "decodeMs", "steps", "encodes",
       "decodes" FROM "ProfileEntry" WHERE "deploymentId" = $1 ORDER BY 1, 2, 3, 4, 5, 6`,
    [deploymentId],
  )
  return rows
}

/** The profile that rounds use: rows of which every part was measured. */
export function timesOfRows(
  rows: readonly ProfileRow[],
  costs: { switchMs: number; resumeMs: number },
): StepTimes {
  const profile: ServingProfile = { image: [], video: [], ...costs }
  const image: ServingProfile['image'][number][] = []
  const video: ServingProfile['video'][number][] = []
  for (const { kind, width, height, frames, batch, sp, stepMs, encodeMs, decodeMs } of rows) {
    if (stepMs === null || stepMs <= 0 || encodeMs === null || decodeMs === null) continue
    const resolution = `${width}x${height}`
    if (kind === 'image') image.push({ resolution, batch, stepMs, encodeMs, decodeMs })
    else video.push({ resolution, frames, sp, stepMs, encodeMs, decodeMs })
  }
  return stepTimesOf({ ...profile, image, video })
}
