'use client'

import { type ComponentType, useState } from 'react'
import { SelectFace, type SelectProps, selectClass } from './SelectFace'

const load = () => import('./OpenSelect')
const prepare = () => void load()

/** Choose one of a few. Closed it is a button; what opens comes with the first wish for it. */
export function Select<V extends string>(props: SelectProps<V>) {
  const { value, options, label } = props
  const [Opened, setOpened] = useState<ComponentType<SelectProps<V>> | null>(null)
  const open = () => void load().then((module) => setOpened(() => module.OpenSelect<V>))
  if (Opened) return <Opened {...props} />
  const chosen = options.find((option) => option.value === value)
  return (
    <button
      type="button"
      role="combobox"
      id={props.id}
      aria-label={label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid ? true : undefined}
      aria-haspopup="listbox"
      aria-expanded={false}
      disabled={props.disabled}
      className={selectClass(props)}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
        event.preventDefault()
        open()
      }}
    >
      <SelectFace {...props}>{chosen?.label ?? props.placeholder ?? 'Choose'}</SelectFace>
    </button>
  )
}
