'use client'

import { Select as Base } from '@base-ui/react/select'
import { Check } from 'lucide-react'
import { SelectFace, type SelectProps, selectClass } from './SelectFace'

/** A select that was opened once. Base UI underneath: typing, arrows and Escape work. */
export function OpenSelect<V extends string>(props: SelectProps<V>) {
  const { value, onChange, options, label } = props
  return (
    <Base.Root
      items={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next)
      }}
      disabled={props.disabled}
      defaultOpen
    >
      <Base.Trigger
        id={props.id}
        aria-label={label}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid ? true : undefined}
        className={selectClass(props)}
      >
        <SelectFace {...props}>
          <Base.Value placeholder={props.placeholder ?? 'Choose'} />
        </SelectFace>
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
