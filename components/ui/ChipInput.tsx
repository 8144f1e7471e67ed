'use client'

import clsx from 'clsx'
import { X } from 'lucide-react'
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from 'react'

export interface Chip {
  text: string
  /** Refused: the sentence stands below the field. */
  bad?: boolean
}

interface ChipInputProps {
  id?: string
  label: string
  chips: readonly Chip[]
  onChange: (texts: string[]) => void
  invalid?: boolean
  describedBy?: string
  placeholder?: string
}

/** Splits what was pasted or typed: `1e-4, 5e-4` makes two. Brackets of a pasted list fall away. */
export const splitChips = (text: string): string[] =>
  text
    .replace(/[[\]]/g, '')
    .split(/[,;\n\t]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** Several values in one field. Enter, comma or leaving the field adds; backspace in the empty field removes the last. */
export function ChipInput({
  id,
  label,
  chips,
  onChange,
  invalid,
  describedBy,
  placeholder = 'add…',
}: ChipInputProps) {
  const [draft, setDraft] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const texts = chips.map((chip) => chip.text)

  const add = (text: string) => {
    const added = splitChips(text)
    if (added.length > 0) onChange([...texts, ...added.filter((one) => !texts.includes(one))])
    setDraft('')
  }
  const remove = (index: number) => {
    onChange(texts.filter((_, at) => at !== index))
    input.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if ((event.key === 'Enter' || event.key === ',') && draft.trim() !== '') {
      event.preventDefault()
      add(draft)
    } else if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey) event.preventDefault()
    else if (event.key === 'Backspace' && draft === '' && texts.length > 0) remove(texts.length - 1)
  }
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData('text')
    if (splitChips(text).length < 2) return
    event.preventDefault()
    add(text)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the whole field leads to its input, which is reachable by keyboard itself
    <div
      className={clsx(
        'flex min-h-7 w-full min-w-0 flex-wrap items-center gap-1 rounded-6 border bg-surface px-2 py-[3px] focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus pointer-coarse:min-h-11',
        invalid ? 'border-bad shadow-[inset_0_0_0_1px_var(--bad)]' : 'border-line-3',
      )}
      onClick={(event) => {
        if (event.target === event.currentTarget) input.current?.focus()
      }}
    >
      {chips.map((chip, index) => (
        <span
          key={chip.text}
          className={clsx(
            'inline-flex h-5 items-center gap-1 rounded-4 pl-1.5 font-mono text-12',
            chip.bad ? 'bg-bad-bg text-bad' : 'bg-idle-bg text-ink',
          )}
        >
          {chip.text}
          <button
            type="button"
            aria-label={`Remove ${chip.text} from ${label}`}
            onClick={() => remove(index)}
            className="flex h-5 w-5 items-center justify-center rounded-4 text-ink-3 hover:text-ink"
          >
            <X size={10} />
          </button>
        </span>
      ))}
      <input
        ref={input}
        id={id}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={invalid ? true : undefined}
        value={draft}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onBlur={() => add(draft)}
        className="h-5 min-w-14 flex-1 bg-transparent font-mono text-12 outline-none"
      />
    </div>
  )
}
