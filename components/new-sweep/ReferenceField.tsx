'use client'

import { Autocomplete } from '@base-ui/react/autocomplete'
import { ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { inputClass } from '../ui/Input'

export interface Reference {
  value: string
  detail: string
}

interface ReferenceFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  onBlur: () => void
  options: readonly Reference[]
  icon: ReactNode
  invalid: boolean
  describedBy?: string
  placeholder: string
}

/** A name from the library or anything typed: a folder, a hub id. */
export function ReferenceField(props: ReferenceFieldProps) {
  return (
    <Autocomplete.Root
      items={[...props.options]}
      value={props.value}
      onValueChange={props.onChange}
      openOnInputClick
      itemToStringValue={(item: Reference) => item.value}
    >
      <div className="relative w-full max-w-72">
        <span className="pointer-events-none absolute top-1/2 left-2 -translate-y-1/2 text-ink-3">
          {props.icon}
        </span>
        <Autocomplete.Input
          aria-label={props.label}
          aria-invalid={props.invalid ? true : undefined}
          aria-describedby={props.describedBy}
          onBlur={props.onBlur}
          placeholder={props.placeholder}
          spellCheck={false}
          className={inputClass('pr-7 pl-7')}
        />
        <ChevronsUpDown
          size={13}
          className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-ink-3"
          aria-hidden="true"
        />
      </div>
      <Autocomplete.Portal>
        <Autocomplete.Positioner sideOffset={4} className="z-50 outline-none">
          <Autocomplete.Popup className="max-h-80 w-(--anchor-width) min-w-80 overflow-y-auto rounded-8 bg-raised p-1 shadow-menu">
            <Autocomplete.Empty>
              <p className="px-2 py-1.5 text-11 text-ink-3 empty:hidden">
                Not in the library; it is taken as a folder or a hub id.
              </p>
            </Autocomplete.Empty>
            <Autocomplete.List>
              {(item: Reference) => (
                <Autocomplete.Item
                  key={item.value}
                  value={item}
                  className="flex min-h-7 items-center gap-3 rounded-5 px-2 text-12 data-highlighted:bg-selected pointer-coarse:min-h-11"
                >
                  <span className="font-550">{item.value}</span>
                  <span className="ml-auto truncate text-11 text-ink-3">{item.detail}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Popup>
        </Autocomplete.Positioner>
      </Autocomplete.Portal>
    </Autocomplete.Root>
  )
}
