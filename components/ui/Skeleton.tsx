import clsx from 'clsx'

/** A still place-holder in the final size; nothing shimmers. Fades in only after 300 ms. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={clsx('appear-late rounded-4 bg-hover', className)} />
}
