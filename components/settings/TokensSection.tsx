'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Code } from '../ui/Code'
import { ConfirmDialog } from '../ui/ConfirmDialog'
import { DataTable } from '../ui/DataTable'
import { Field } from '../ui/Field'
import { Input } from '../ui/Input'
import { Select } from '../ui/Select'
import { Time } from '../ui/Time'
import { say } from '../ui/toasts'
import { type Role, RoleField } from './RoleField'

const VALID = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: 'never', label: 'until revoked' },
] as const

/** The person's tokens. A secret is shown once, when it is made. */
export function TokensSection() {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const { data } = useQuery(trpc.token.list.queryOptions())
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('editor')
  const [valid, setValid] = useState<(typeof VALID)[number]['value']>('90')
  const [refused, setRefused] = useState<string | undefined>()
  const [secret, setSecret] = useState<string | null>(null)
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null)
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.token.list.queryKey() })
  const create = () => {
    setRefused(undefined)
    client.token.create.mutate({ name, role, validDays: valid === 'never' ? null : Number(valid) }).then(
      (made) => {
        setSecret(made.secret)
        setName('')
        void refresh()
      },
      (error: unknown) => setRefused(errorSentence(error)),
    )
  }
  return (
    <>
      <form
        className="flex flex-wrap items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          create()
        }}
      >
        <Field label="Name of the token" error={refused} className="w-44">
          {(control) => (
            <Input
              {...control}
              placeholder="laptop"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <RoleField label="What the token may do" value={role} onChange={setRole} />
        <Field label="Valid for" className="w-32">
          {(control) => (
            <Select
              id={control.id}
              label="How long the token is valid"
              value={valid}
              onChange={setValid}
              options={VALID}
            />
          )}
        </Field>
        <Button type="submit" className="mt-5">
          Create token
        </Button>
      </form>
      {secret ? (
        <div className="mt-3">
          <p className="mb-1.5 text-12">Copy it now: it is not shown again.</p>
          <Code text={secret} />
        </div>
      ) : null}
      {data && data.length > 0 ? (
        <div className="mt-4 -mx-4">
          <DataTable
            label="Your tokens"
            columns={[
              { head: 'Name' },
              { head: 'Begins with' },
              { head: 'May' },
              { head: 'Last used', align: 'right' },
              { head: 'Ends', align: 'right' },
              { head: 'Revoke', align: 'right' },
            ]}
            rows={data.map((token) => ({
              key: token.id,
              cells: [
                <span key="name" className="font-550">
                  {token.name}
                </span>,
                <span key="prefix" className="font-mono">
                  {token.prefix}…
                </span>,
                token.role,
                token.lastUsedAt ? <Time key="used" at={token.lastUsedAt} day /> : 'never',
                token.expiresAt ? <Time key="ends" at={token.expiresAt} day /> : 'never',
                <Button key="revoke" size="small" variant="danger" onClick={() => setRevoking(token)}>
                  Revoke
                </Button>,
              ],
            }))}
          />
        </div>
      ) : (
        <p className="mt-3 text-12 text-ink-3">No token yet.</p>
      )}
      {revoking ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => {
            if (!open) setRevoking(null)
          }}
          title={`Revoke ${revoking.name}?`}
          description="Programs that use it are refused at once. It cannot be brought back."
          action={`Revoke ${revoking.name}`}
          onConfirm={() => {
            client.token.revoke.mutate({ id: revoking.id }).then(
              () => {
                say(`${revoking.name} is revoked.`)
                void refresh()
              },
              (error: unknown) => say(errorSentence(error), { urgent: true }),
            )
          }}
        />
      ) : null}
    </>
  )
}
