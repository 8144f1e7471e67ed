'use client'

import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import clsx from 'clsx'
import type { ReactNode } from 'react'

interface SegmentedProps<V extends string> {
  label: string
  value: V
  onChange: (value: V) => void
  options: readonly { value: V; label: ReactNode }[]
  /** Fills the width with equal parts, as on a phone. */
  wide?: boolean
  size?: 'normal' | 'small'
}

/** A few exclusive choices side by side; arrow keys move. */
export function Segmented<V extends string>({
  label,
  value,
  onChange,
  options,
  wide,
  size = 'small',
}: SegmentedProps<V>) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as V)}
      className={clsx(
        'rounded-6 border border-line-2 bg-surface',
        wide ? 'flex w-full' : 'inline-flex shrink-0',
      )}
    >
      {options.map((option) => (
        <Radio.Root
          key={option.value}
          value={option.value}
          className={clsx(
            'flex items-center justify-center border-r border-line-2 px-2 text-12 text-ink-2 select-none first-of-type:rounded-l-5 last-of-type:rounded-r-5 last-of-type:border-r-0',
            'data-checked:bg-selected data-checked:font-550 data-checked:text-ink data-unchecked:hover:bg-hover',
            size === 'small' ? 'h-[22px]' : 'h-[26px]',
            wide ? 'flex-1 pointer-coarse:h-9' : 'pointer-coarse:h-9 pointer-coarse:px-3',
          )}
        >
          {option.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  )
}
