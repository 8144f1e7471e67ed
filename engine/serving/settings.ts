/** What a person can set for a deployment. */
export interface ServingSettings {
  /** Arrivals that look-ahead learns from. */
  historyLength: number
  /**
   * A request that is this long past its deadline goes before everything that does not run, the oldest first.
   * Infinity: late requests wait for idle GPUs, however long.
   */
  starvationMs: number
  /** GPUs that late requests may take from those that can still be on time. */
  lateGpus: number
  /** Live requests beyond which a new one is refused. */
  mostInLine: number
}

export const DEFAULT_SERVING_SETTINGS: ServingSettings = {
  historyLength: 128,
  starvationMs: Number.POSITIVE_INFINITY,
  lateGpus: 0,
  mostInLine: 1000,
}
