'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeploymentSummary } from '@/server/views/deployment-summary'
import { useSettled } from '../new-sweep/useSettled'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Field, FieldError } from '../ui/Field'
import { formatTimeSeconds } from '../ui/format/time'
import { Input, inputClass } from '../ui/Input'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Segmented } from '../ui/Segmented'
import { offerOf, quoteSentence } from './request-words'
import { specOf, useRequestForm } from './useRequestForm'

interface PlaygroundFormProps {
  deployment: DeploymentSummary
  onSent: (request: string) => void
}

/** What to make and by when; says what it would get before anything is queued. */
export function PlaygroundForm({ deployment, onSent }: PlaygroundFormProps) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { form, change } = useRequestForm(deployment.abilities)
  const [refused, setRefused] = useState<string | null>(null)
  const [sending, setSending] = useState(false)
  const facts = deployment.abilities[form.kind]
  // A quote does not depend on the words, and an address cannot carry all of a long prompt.
  const asked = useSettled(specOf({ ...form, prompt: form.prompt.trim().slice(0, 40) }, true), 300)
  const quote = useQuery(
    trpc.request.quote.queryOptions(
      { deploymentId: deployment.id, spec: asked },
      { retry: false, placeholderData: keepPreviousData, refetchInterval: 5000 },
    ),
  )
  const send = () => {
    setSending(true)
    setRefused(null)
    client.request.create.mutate({ deploymentId: deployment.id, spec: specOf(form, true) }).then(
      ({ ids }) => {
        setSending(false)
        if (ids[0]) onSent(ids[0])
      },
      (error: unknown) => {
        setSending(false)
        setRefused(errorSentence(error))
      },
    )
  }
  const text = (key: 'size' | 'frames' | 'steps' | 'seed' | 'deadline', label: string, help?: string) => (
    <Field label={label} help={help}>
      {(control) => (
        <Input
          {...control}
          inputMode={key === 'size' ? 'text' : 'decimal'}
          value={form[key]}
          onChange={(event) => change({ [key]: event.target.value })}
        />
      )}
    </Field>
  )
  return (
    <ScrollRegion label="Request" className="min-h-0">
      <form
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        {deployment.imageModel && deployment.videoModel ? (
          <Segmented
            label="Kind"
            wide
            value={form.kind}
            onChange={(kind) => change({ kind })}
            options={[
              { value: 'image', label: 'Image' },
              { value: 'video', label: 'Video' },
            ]}
          />
        ) : null}
        <Field label="Prompt" help={facts ? `at most ${facts.promptMax} characters` : undefined}>
          {(control) => (
            <textarea
              {...control}
              rows={3}
              value={form.prompt}
              onChange={(event) => change({ prompt: event.target.value })}
              className={inputClass('!h-auto resize-y py-1.5')}
            />
          )}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          {text('size', 'Size', facts ? `${facts.minSize} to ${facts.maxSize} pixels` : undefined)}
          {form.kind === 'video'
            ? text('frames', 'Frames', facts ? `at most ${facts.maxFrames}` : undefined)
            : null}
          {text('steps', 'Steps')}
          {text('seed', 'Seed', 'empty: a random one')}
          {text(
            'deadline',
            'Deadline, s from now',
            `empty: ${deployment.settings.deadlinesMs[form.kind] / 1000} s`,
          )}
        </div>
        <section
          aria-label="Quote"
          aria-live="polite"
          className="rounded-6 border border-line bg-sunken px-3 py-2 text-12"
        >
          <h2 className="text-11 text-ink-3">Before it is queued</h2>
          {quote.error ? (
            <FieldError>{errorSentence(quote.error)}</FieldError>
          ) : quote.data ? (
            <>
              <p>{quoteSentence(quote.data.quote, formatTimeSeconds)}</p>
              {quote.data.quote.alternatives.length > 0 ? (
                <div className="mt-1.5 flex flex-wrap gap-1.5">
                  {quote.data.quote.alternatives.map((offer) => (
                    <Button
                      key={`${offer.change}${offer.steps}${offer.width}${offer.frames}`}
                      size="small"
                      onClick={() =>
                        change({
                          size: `${offer.width}x${offer.height}`,
                          frames: String(offer.frames),
                          steps: String(offer.steps),
                        })
                      }
                    >
                      {offerOf(offer)} by {formatTimeSeconds(offer.byAt)}
                    </Button>
                  ))}
                </div>
              ) : null}
            </>
          ) : (
            <p className="text-ink-3">Asking…</p>
          )}
        </section>
        {refused ? <FieldError>{refused}</FieldError> : null}
        <Button type="submit" variant="primary" disabled={sending || deployment.phase !== 'ready'}>
          {deployment.phase === 'ready'
            ? sending
              ? 'Sending…'
              : 'Generate'
            : 'Its models are not loaded yet'}
        </Button>
      </form>
    </ScrollRegion>
  )
}
