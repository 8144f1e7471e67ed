import { clsx } from 'clsx'

export interface ProgressShares {
  /** Shares of all samples, each in 0…1. What is left over is still to go. */
  trained: number
  notNeeded: number
}

/** Black is trained, grey is to go, hatched is not needed: three parts everywhere. */
export function ProgressBar({
  trained,
  notNeeded,
  className,
  label,
}: ProgressShares & { className?: string; label: string }) {
  const done = Math.min(1, Math.max(0, trained))
  const spared = Math.min(1 - done, Math.max(0, notNeeded))
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round((done + spared) * 100)}
      aria-valuetext={progressSentence({ trained, notNeeded })}
      className={clsx('flex h-1.5 w-full overflow-hidden rounded-1', className)}
    >
      <div className="bg-ink" style={{ width: `${done * 100}%` }} />
      <div className="bg-ctx-2" style={{ width: `${(1 - done - spared) * 100}%` }} />
      <div className="hatch bg-hover" style={{ width: `${spared * 100}%` }} />
    </div>
  )
}

/** "20% trained, 22% to go, 58% not needed". */
export function progressSentence({ trained, notNeeded }: ProgressShares): string {
  const done = Math.round(Math.min(1, Math.max(0, trained)) * 100)
  const spared = Math.min(100 - done, Math.round(Math.max(0, notNeeded) * 100))
  return `${done}% trained, ${100 - done - spared}% to go, ${spared}% not needed`
}
