/** A pause that is over, as the journal has it. */
export interface EndedPause {
  afterStep: number
  pausedMs: number
  /** Who got its GPUs; empty where nobody did. */
  gaveWayTo: readonly { id: string; gpus: number; onTime: boolean | undefined }[]
}

/**
 * The receipt of a pause: `Paused for 3.2 s after step 9. v-8f1c needed 4 GPUs and met its deadline. No step lost.`
 * Who has not ended yet (`onTime` undefined) is only said to have needed GPUs.
 */
export function pauseReceipt({ afterStep, pausedMs, gaveWayTo }: EndedPause): string {
  const heirs = gaveWayTo.map(({ id, gpus, onTime }) => {
    const needed = `${id} needed ${gpus === 1 ? '1 GPU' : `${gpus} GPUs`}`
    if (onTime === undefined) return `${needed}.`
    return `${needed} and ${onTime ? 'met' : 'missed'} its deadline.`
  })
  const paused = `Paused for ${(pausedMs / 1000).toFixed(1)} s after step ${afterStep}.`
  return [paused, ...heirs, 'No step lost.'].join(' ')
}
