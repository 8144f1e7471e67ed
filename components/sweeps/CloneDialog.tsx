'use client'

import { useState } from 'react'
import { PARAMETER_NAMES, type ParameterName } from '@/contracts/sweep-spec'
import type { RunRow } from '@/server/views/run-row'
import { errorSentence, fieldSentences } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, FieldError } from '../ui/Field'
import { formatParameter, parameterLabel, runLabel } from '../ui/format/parameter'
import { Input } from '../ui/Input'
import { say } from '../ui/toasts'
import { readChanges } from './read-changes'

interface CloneDialogProps {
  run: RunRow
  /** Shown first: what differs inside the sweep. */
  varied: readonly string[]
  onClose: () => void
}

const shown = (run: RunRow, varied: readonly string[]): ParameterName[] =>
  PARAMETER_NAMES.filter((name) => run.params[name] !== undefined).sort(
    (a, b) => Number(varied.includes(b)) - Number(varied.includes(a)),
  )

/** A new run in the same sweep with changed values. Only what differs is sent. */
export function CloneDialog({ run, varied, onClose }: CloneDialogProps) {
  const client = useTRPCClient()
  const names = shown(run, varied)
  const [texts, setTexts] = useState(() =>
    Object.fromEntries(names.map((name) => [name, formatParameter(name, run.params[name])])),
  )
  const [refused, setRefused] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const { change, problems } = readChanges(texts, run.params)
  const errors = { ...problems, ...refused }
  const count = Object.keys(change).length

  const submit = () => {
    setBusy(true)
    client.run.clone.mutate({ id: run.id, change }).then(
      ({ number }) => {
        say(`${runLabel(number)} is a copy of ${runLabel(run.number)} and waits for a slot.`)
        onClose()
      },
      (error: unknown) => {
        setBusy(false)
        const fields = Object.fromEntries(
          Object.entries(fieldSentences(error)).map(([path, message]) => [
            path.replace(/^change\./, ''),
            message,
          ]),
        )
        setRefused(Object.keys(fields).length > 0 ? fields : { '': errorSentence(error) })
      },
    )
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={`Clone ${runLabel(run.number)} and change`}
      description="The copy starts from step 0 in this sweep. Change at least one value."
    >
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (count > 0 && Object.keys(problems).length === 0) submit()
        }}
      >
        <div className="grid grid-cols-2 gap-x-4 gap-y-3 max-tablet:grid-cols-1">
          {names.map((name) => (
            <Field key={name} label={parameterLabel(name)} error={errors[name]}>
              {(control) => (
                <Input
                  {...control}
                  className="font-mono text-12"
                  value={texts[name] ?? ''}
                  onChange={(event) => {
                    setTexts({ ...texts, [name]: event.target.value })
                    setRefused({})
                  }}
                />
              )}
            </Field>
          ))}
        </div>
        {errors[''] ? <FieldError>{errors['']}</FieldError> : null}
        <div className="mt-5 flex items-center justify-end gap-2">
          <span className="mr-auto text-12 text-ink-3">
            {count === 0 ? 'Nothing is changed yet.' : `${count} changed`}
          </span>
          <Button onClick={onClose}>Close</Button>
          <Button
            type="submit"
            variant="primary"
            disabled={busy || count === 0 || Object.keys(problems).length > 0}
          >
            {busy ? 'Cloning…' : 'Clone run'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
