'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { errorSentence, fieldSentences } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Field, FieldError } from '../ui/Field'
import { Input } from '../ui/Input'
import { signIn } from './signIn'

const schema = z.object({
  name: z.string().trim().min(1, 'Give your name.').max(80, 'A name has at most 80 characters.'),
  email: z.email('Give an e-mail address such as ada@example.org.'),
  password: z.string().min(10, 'A password has at least 10 characters.'),
})

/** Makes the account of a one-time link and signs in with it. */
export function SetupForm({ token, kind }: { token: string; kind: 'setup' | 'invite' }) {
  const router = useRouter()
  const client = useTRPCClient()
  const [refusal, setRefusal] = useState<string | null>(null)
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(schema),
    mode: 'onTouched',
    defaultValues: { name: '', email: '', password: '' },
  })
  const submit = handleSubmit(async (values) => {
    setRefusal(null)
    try {
      await client.setup.createAccount.mutate({ token, ...values })
    } catch (error) {
      const fields = fieldSentences(error)
      if (fields.email) setError('email', { message: fields.email })
      else if (fields.password) setError('password', { message: fields.password })
      else setRefusal(errorSentence(error))
      return
    }
    const refused = await signIn(values.email, values.password)
    if (refused !== null) {
      setRefusal(refused)
      return
    }
    router.replace('/')
    router.refresh()
  })
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <div>
        <h1 className="text-17 font-semibold">
          {kind === 'setup' ? 'Create the first account' : 'Create your account'}
        </h1>
        <p className="mt-1 text-12 text-ink-2">
          {kind === 'setup'
            ? 'It owns this installation and can invite others. The link works once.'
            : 'You were invited to a project here. The link works once.'}
        </p>
      </div>
      <Field label="Name" error={formState.errors.name?.message}>
        {(control) => <Input {...control} autoComplete="name" autoFocus {...register('name')} />}
      </Field>
      <Field label="E-mail" error={formState.errors.email?.message}>
        {(control) => <Input {...control} type="email" autoComplete="username" {...register('email')} />}
      </Field>
      <Field label="Password" help="At least 10 characters." error={formState.errors.password?.message}>
        {(control) => (
          <Input {...control} type="password" autoComplete="new-password" {...register('password')} />
        )}
      </Field>
      {refusal ? (
        <div role="alert">
          <FieldError>{refusal}</FieldError>
        </div>
      ) : null}
      <Button type="submit" variant="primary" disabled={formState.isSubmitting} className="h-8">
        {formState.isSubmitting ? 'Creating…' : 'Create account'}
      </Button>
    </form>
  )
}
