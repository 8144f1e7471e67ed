'use client'

import { CircleAlert } from 'lucide-react'
import { type ReactNode, useId } from 'react'

export interface FieldControl {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': boolean | undefined
}

interface FieldProps {
  label: string
  /** One line that says what the field is for. */
  help?: ReactNode
  /** The sentence of what is refused. */
  error?: string
  /** Hides the label from sight where a column head already says it. */
  hiddenLabel?: boolean
  className?: string
  children: (control: FieldControl) => ReactNode
}

/** A label, one control, its help and the sentence of its error, tied together for screen readers. */
export function Field({ label, help, error, hiddenLabel = false, className, children }: FieldProps) {
  const id = useId()
  const describedBy = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <div className={className}>
      <label htmlFor={id} className={hiddenLabel ? 'sr-only' : 'mb-1 block text-12 text-ink-2'}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': describedBy || undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {error ? <FieldError id={`${id}-error`}>{error}</FieldError> : null}
      {help ? (
        <p id={`${id}-help`} className="mt-1 text-11 text-ink-3">
          {help}
        </p>
      ) : null}
    </div>
  )
}

/** What was refused, beside the field. */
export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} className="mt-1 flex gap-1 text-11 text-bad">
      <CircleAlert size={12} strokeWidth={2} className="mt-px shrink-0" aria-hidden="true" />
      <span>{children}</span>
    </p>
  )
}
