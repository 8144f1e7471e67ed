'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { Input } from '../ui/Input'

export function RenameDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const client = useTRPCClient()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [text, setText] = useState(name)
  const [refused, setRefused] = useState<string | undefined>()
  const submit = () => {
    client.sweep.rename.mutate({ id, name: text }).then(
      () => {
        void queries.invalidateQueries({ queryKey: trpc.sweep.pathKey() })
        onClose()
      },
      (error: unknown) => setRefused(errorSentence(error)),
    )
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title="Rename the sweep"
    >
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Field label="Name" error={refused}>
          {(control) => <Input {...control} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" variant="primary" disabled={text.trim() === '' || text === name}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
