'use client'

import { Select as Base } from '@base-ui/react/select'
import clsx from 'clsx'
import { Check, ChevronDown, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'

export interface Option<V extends string> {
  value: V
  label: string
  /** Second line or facts at the right. */
  detail?: string
  icon?: ReactNode
}

interface SelectProps<V extends string> {
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

/** Choose one of a few. Base UI underneath: typing, arrows and Escape work. */
export function Select<V extends string>(props: SelectProps<V>) {
  const { value, onChange, options, label, look = 'field', prefix, icon } = props
  return (
    <Base.Root
      items={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next)
      }}
      disabled={props.disabled}
    >
      <Base.Trigger
        id={props.id}
        aria-label={label}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid ? true : undefined}
        className={clsx(
          'flex h-7 items-center gap-1.5 rounded-6 text-12 whitespace-nowrap pointer-coarse:min-h-11',
          look === 'field'
            ? 'w-full min-w-0 justify-between border border-line-3 bg-surface px-2 text-13 aria-invalid:border-bad'
            : 'gap-1 px-1 text-ink-2 hover:bg-hover',
          'disabled:text-ink-3',
          props.className,
        )}
      >
        <span className={clsx('flex min-w-0 items-center', look === 'field' ? 'gap-2' : 'gap-1')}>
          {icon ? <span className="text-ink-3">{icon}</span> : null}
          {prefix ? <span>{prefix}</span> : null}
          <span className={clsx('min-w-0 truncate', look === 'quiet' && 'font-550 text-ink')}>
            <Base.Value placeholder={props.placeholder ?? 'Choose'} />
          </span>
        </span>
        {props.bare ? null : (
          <Base.Icon className="text-ink-3">
            {look === 'field' && icon ? <ChevronsUpDown size={13} /> : <ChevronDown size={13} />}
          </Base.Icon>
        )}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Base.Popup className="max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto rounded-8 bg-raised p-1 shadow-menu outline-none">
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  className="flex min-h-7 items-center gap-2 rounded-5 px-2 text-12 outline-none data-highlighted:bg-selected pointer-coarse:min-h-11"
                >
                  <span className="w-3.5 shrink-0">
                    <Base.ItemIndicator>
                      <Check size={13} />
                    </Base.ItemIndicator>
                  </span>
                  {option.icon}
                  <Base.ItemText className="font-medium">{option.label}</Base.ItemText>
                  {option.detail ? (
                    <span className="ml-auto pl-4 text-11 text-ink-3">{option.detail}</span>
                  ) : null}
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
