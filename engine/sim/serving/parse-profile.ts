import type { ImageTimes, ServingProfile, VideoTimes } from '../../serving/profile'
import { type Reader, readObject } from './read-fields'

/**
 * Reads a profile file.
 *
 * @param file its name, for messages
 * @throws {Problem} one sentence with file and field
 */
export function parseProfile(text: string, file: string): ServingProfile {
  const top = readObject(text, file)
  const image = top.rows('image').map(
    (row): ImageTimes => ({
      resolution: row.name('resolution'),
      batch: row.count('batch'),
      ...timesOf(row),
    }),
  )
  const video = top.rows('video').map(
    (row): VideoTimes => ({
      resolution: row.name('resolution'),
      frames: row.count('frames'),
      sp: row.count('sp'),
      ...timesOf(row),
    }),
  )
  const switchMs = top.duration('switchMs')
  const resumeMs = top.duration('resumeMs')
  refuseRepeats(
    image.map((row) => `image ${row.resolution} batch ${row.batch}`),
    top,
  )
  refuseRepeats(
    video.map((row) => `video ${row.resolution}, ${row.frames} frames, sp ${row.sp}`),
    top,
  )
  if (image.length + video.length === 0) throw top.problem('image and video', 'have no rows')
  return { image, video, switchMs, resumeMs }
}

function timesOf(row: Reader): { stepMs: number; encodeMs: number; decodeMs: number } {
  const stepMs = row.duration('stepMs')
  if (stepMs === 0) throw row.problem('stepMs', 'must be above 0')
  return { stepMs, encodeMs: row.duration('encodeMs'), decodeMs: row.duration('decodeMs') }
}

function refuseRepeats(names: readonly string[], top: Reader): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw top.problem(name, 'is there twice')
    seen.add(name)
  }
}
