'use client'

import { useState } from 'react'
import type { Abilities } from '@/contracts/pipeline-facts'

export interface RequestForm {
  kind: 'image' | 'video'
  prompt: string
  size: string
  frames: string
  steps: string
  seed: string
  /** Seconds from now. */
  deadline: string
}

/** What the form sends; empty fields are left to the model. Numbers that are none become a sentence by the server. */
export function specOf(form: RequestForm, acceptLate: boolean) {
  const number = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text))
  const [width, height] = form.size.split(/[x×]/).map(Number)
  const seconds = number(form.deadline)
  return {
    kind: form.kind,
    prompt: form.prompt,
    ...(width && height ? { width, height } : {}),
    ...(form.kind === 'video' && form.frames.trim() !== '' ? { frames: Number(form.frames) } : {}),
    ...optional('steps', number(form.steps)),
    ...optional('seed', number(form.seed)),
    ...optional('deadlineMs', seconds === undefined ? undefined : Math.round(seconds * 1000)),
    acceptLate,
  }
}

const optional = <K extends string>(key: K, value: number | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [name in K]?: number }

const EXAMPLES = {
  image: 'a red circle left of a blue square',
  video: 'a green triangle moving right',
} as const

/** The fields of the playground. Another kind brings its own size, frames and example. */
export function useRequestForm(abilities: Abilities) {
  const first = abilities.image ? 'image' : 'video'
  const [form, setForm] = useState<RequestForm>(() => fresh(first, abilities))
  const change = (part: Partial<RequestForm>) =>
    setForm((before) =>
      part.kind && part.kind !== before.kind
        ? {
            ...fresh(part.kind, abilities),
            seed: before.seed,
            prompt:
              before.prompt === EXAMPLES[before.kind] || before.prompt === ''
                ? EXAMPLES[part.kind]
                : before.prompt,
          }
        : { ...before, ...part },
    )
  return { form, change }
}

function fresh(kind: 'image' | 'video', abilities: Abilities): RequestForm {
  const facts = abilities[kind]
  const [width, height] = facts?.sizes[0] ?? [0, 0]
  return {
    kind,
    prompt: EXAMPLES[kind],
    size: facts ? `${width}x${height}` : '',
    frames: facts?.frames[0] === undefined ? '' : String(facts.frames[0]),
    steps: facts ? String(facts.defaultSteps) : '',
    seed: '',
    deadline: '',
  }
}
