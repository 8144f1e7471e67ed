import clsx from 'clsx'

/** How far one run has trained, for table rows: blue while it trains, grey when it ended. */
export function RunBar({ share, training }: { share: number; training: boolean }) {
  return (
    <div className="h-1.5 w-full rounded-1 bg-ctx-2" aria-hidden="true">
      <div
        className={clsx('h-full rounded-1', training ? 'bg-run' : 'bg-line-3')}
        style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }}
      />
    </div>
  )
}
