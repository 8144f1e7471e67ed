import type { ServingProfile } from '../../engine/serving/profile'

/** Steps of one request in the paper's set-up. */
export const STEPS = 50

/**
 * Step times of the paper's two models on one GPU of its server.
 *
 * Videos (81 frames): DiT time over 50 steps 4.41/16.03/50.00 s, SP speed-ups and VAE times as in the paper's tables.
 * Images: the paper tabulates operations (3.91 T a step at 720p) but no times. At the rate that the videos reach in
 * the same table (145.26 T a step in 1.00 s) 720p takes 27 ms a step; 1024p and 1440p scale with tokens and, for the
 * attention part, tokens²; isolated latencies are then 1.4, 2.9 and 6.5 s, so deadlines of 1.5 × that fall at the
 * 2–10 s that the paper states. Above the ridge of the roofline a batch gains little: 10, 6 and 3% at most.
 */
export function paperProfile(): ServingProfile {
  const video = [
    { resolution: '256p', ditMs: 4410, decodeMs: 340, speedUp: [1, 1.6, 1.7, 0.9] },
    { resolution: '480p', ditMs: 16030, decodeMs: 1010, speedUp: [1, 2.0, 3.5, 3.4] },
    { resolution: '720p', ditMs: 50000, decodeMs: 2470, speedUp: [1, 2.0, 3.9, 7.0] },
  ].flatMap(({ resolution, ditMs, decodeMs, speedUp }) =>
    [1, 2, 4, 8].map((sp, index) => ({
      resolution,
      frames: 81,
      sp,
      stepMs: ditMs / STEPS / speedUp[index]!,
      encodeMs: 30,
      decodeMs,
    })),
  )
  const image = [
    { resolution: '720p', stepMs: 27, decodeMs: 40, gain: 0.1 },
    { resolution: '1024p', stepMs: 55, decodeMs: 80, gain: 0.06 },
    { resolution: '1440p', stepMs: 125, decodeMs: 160, gain: 0.03 },
  ].flatMap(({ resolution, stepMs, decodeMs, gain }) =>
    [1, 2, 4, 8].map((batch) => ({
      resolution,
      batch,
      stepMs: stepMs * batch * (1 - gain * (1 - 1 / batch)),
      encodeMs: 20,
      decodeMs: decodeMs * batch,
    })),
  )
  return { image, video, switchMs: 5, resumeMs: 1 }
}
