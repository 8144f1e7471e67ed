import clsx from 'clsx'
import { ChevronDown, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'

export interface Option<V extends string> {
  value: V
  label: string
  /** Second line or facts at the right. */
  detail?: string
  icon?: ReactNode
}

export interface SelectProps<V extends string> {
  value: V | null
  onChange: (value: V) => void
  options: readonly Option<V>[]
  label: string
  id?: string
  placeholder?: string
  disabled?: boolean
  /** `field` has the border of a field; `quiet` is text with a chevron, for pane heads. */
  look?: 'field' | 'quiet'
  /** Word before the value in a quiet select: "Axes log–log". */
  prefix?: string
  icon?: ReactNode
  /** Without the chevron, where a row has many of them. */
  bare?: boolean
  invalid?: boolean
  className?: string
  describedBy?: string
}

export const selectClass = ({ look = 'field', className }: Pick<SelectProps<string>, 'look' | 'className'>) =>
  clsx(
    'flex h-7 items-center gap-1.5 rounded-6 text-12 whitespace-nowrap pointer-coarse:min-h-11',
    look === 'field'
      ? 'w-full min-w-0 justify-between border border-line-3 bg-surface px-2 text-13 aria-invalid:border-bad'
      : 'gap-1 px-1 text-ink-2 hover:bg-hover',
    'disabled:text-ink-3',
    className,
  )

/** What a closed select shows. */
export function SelectFace({
  look = 'field',
  prefix,
  icon,
  bare,
  children,
}: Pick<SelectProps<string>, 'look' | 'prefix' | 'icon' | 'bare'> & { children: ReactNode }) {
  return (
    <>
      <span className={clsx('flex min-w-0 items-center', look === 'field' ? 'gap-2' : 'gap-1')}>
        {icon ? <span className="text-ink-3">{icon}</span> : null}
        {prefix ? <span>{prefix}</span> : null}
        <span className={clsx('min-w-0 truncate', look === 'quiet' && 'font-550 text-ink')}>{children}</span>
      </span>
      {bare ? null : (
        <span className="text-ink-3" aria-hidden="true">
          {look === 'field' && icon ? <ChevronsUpDown size={13} /> : <ChevronDown size={13} />}
        </span>
      )}
    </>
  )
}
