import clsx from 'clsx'
import type { ComponentProps } from 'react'

export const inputClass = (extra?: string) =>
  clsx(
    'h-7 w-full min-w-0 rounded-6 border border-line-3 bg-surface px-2 text-13 text-ink pointer-coarse:h-11 pointer-coarse:text-15',
    'aria-invalid:border-bad aria-invalid:shadow-[inset_0_0_0_1px_var(--bad)]',
    'disabled:border-line-2 disabled:bg-hover disabled:text-ink-3',
    extra,
  )

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input autoComplete="off" spellCheck={false} {...rest} className={inputClass(className)} />
}
