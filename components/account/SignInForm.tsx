'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { Button } from '../ui/Button'
import { Field, FieldError } from '../ui/Field'
import { Input } from '../ui/Input'
import { safeNext, signIn } from './signIn'

const schema = z.object({
  email: z.email('Give an e-mail address such as ada@example.org.'),
  password: z.string().min(1, 'Give your password.'),
})

interface SignInFormProps {
  next?: string
  /** Name of the single sign-on, where one is set up. */
  singleSignOn: string | null
}

export function SignInForm({ next, singleSignOn }: SignInFormProps) {
  const router = useRouter()
  const [refusal, setRefusal] = useState<string | null>(null)
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(schema),
    mode: 'onTouched',
    defaultValues: { email: '', password: '' },
  })
  const submit = handleSubmit(async ({ email, password }) => {
    const refused = await signIn(email, password)
    setRefusal(refused)
    if (refused !== null) return
    router.replace(safeNext(next))
    router.refresh()
  })
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <h1 className="text-17 font-semibold">Sign in</h1>
      <Field label="E-mail" error={formState.errors.email?.message}>
        {(control) => (
          <Input {...control} type="email" autoComplete="username" autoFocus {...register('email')} />
        )}
      </Field>
      <Field label="Password" error={formState.errors.password?.message}>
        {(control) => (
          <Input {...control} type="password" autoComplete="current-password" {...register('password')} />
        )}
      </Field>
      {refusal ? (
        <div role="alert">
          <FieldError>{refusal}</FieldError>
        </div>
      ) : null}
      <Button type="submit" variant="primary" disabled={formState.isSubmitting} className="h-8">
        {formState.isSubmitting ? 'Signing in…' : 'Sign in'}
      </Button>
      {singleSignOn ? <SingleSignOn name={singleSignOn} next={safeNext(next)} /> : null}
    </form>
  )
}

function SingleSignOn({ name, next }: { name: string; next: string }) {
  const [refusal, setRefusal] = useState<string | null>(null)
  const go = async () => {
    const response = await fetch('/api/auth/sign-in/social', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ provider: 'oidc', callbackURL: next, errorCallbackURL: '/sign-in' }),
    }).catch(() => null)
    const answer = response?.ok ? ((await response.json()) as { url?: string }) : null
    if (answer?.url) window.location.assign(answer.url)
    else setRefusal(`${name} does not answer. Sign in with your password, or try again later.`)
  }
  return (
    <>
      <Button onClick={() => void go()} className="h-8">
        Sign in with {name}
      </Button>
      {refusal ? <FieldError>{refusal}</FieldError> : null}
    </>
  )
}
