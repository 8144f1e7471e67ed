import type { ReactNode } from 'react'

/** Names and values in two columns, as on a decision card. */
export function Facts({
  rows,
  className,
}: {
  rows: readonly (readonly [string, ReactNode])[]
  className?: string
}) {
  return (
    <dl className={className ?? 'grid grid-cols-[72px_1fr] gap-x-2 gap-y-1 text-12'}>
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{name}</dt>
          <dd className="min-w-0 tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
