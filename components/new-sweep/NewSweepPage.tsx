'use client'

import { CircleAlert, FileText } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import { Header } from '../frame/Header'
import { useShortcut } from '../keys/keys'
import { saveText } from '../sweeps/curves-csv'
import { errorSentence, fieldSentences } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { plural } from '../ui/format/number'
import { Input } from '../ui/Input'
import { Time } from '../ui/Time'
import { say } from '../ui/toasts'
import { DataSection } from './DataSection'
import { ExitSection } from './ExitSection'
import { LengthSection } from './LengthSection'
import { ModelSection } from './ModelSection'
import { SidePane } from './SidePane'
import { SpaceSection } from './SpaceSection'
import { formToSpec } from './sweep-form'
import { useSweepForm } from './useSweepForm'
import { formToYaml } from './yaml-view'

interface NewSweepPageProps {
  draft: { form: Record<string, unknown>; updatedAt: Date } | null
  /** The sweep that is cloned. */
  from: Record<string, unknown> | null
}

/** The form at the left, what it would cost at the right. Form and YAML are two views of one value. */
export function NewSweepPage({ draft, from }: NewSweepPageProps) {
  const router = useRouter()
  const client = useTRPCClient()
  const state = useSweepForm({ form: draft?.form ?? null, spec: from })
  const { form, problems } = state
  const [busy, setBusy] = useState(false)
  const page = useRef<HTMLFormElement>(null)
  const wrong = Object.keys(problems).length

  const toFirstProblem = () => {
    state.touchAll()
    const path = Object.keys(problems)[0]
    const field = page.current?.querySelector<HTMLElement>(`[data-field="${path}"]`)
    field?.scrollIntoView({ block: 'center' })
    field?.querySelector<HTMLElement>('input, button')?.focus()
  }
  const start = () => {
    if (wrong > 0) {
      toFirstProblem()
      return
    }
    setBusy(true)
    client.sweep.submit.mutate({ spec: formToSpec(form) }).then(
      (answer) => {
        if (!answer.accepted) {
          setBusy(false)
          state.refuse(answer.problems)
          state.touchAll()
          say(answer.problems[0]?.message ?? 'The sweep was refused.', { urgent: true })
          return
        }
        void client.draft.save.mutate({ form: null })
        say(`${answer.name} is submitted with ${plural(answer.runs, 'run')}.`, {
          detail: answer.unchecked ?? undefined,
        })
        router.push(`/sweeps/${answer.id}`)
      },
      (error: unknown) => {
        setBusy(false)
        state.refuse(
          Object.entries(fieldSentences(error)).map(([path, message]) => ({
            path: path.replace(/^spec\./, '').split('.'),
            message,
          })),
        )
        state.touchAll()
        say(errorSentence(error), { urgent: true })
      },
    )
  }
  useShortcut('mod+Enter', 'Start the sweep', start)

  return (
    <form
      ref={page}
      noValidate
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault()
        start()
      }}
    >
      <Header
        parent={{ href: '/sweeps', label: 'Sweeps' }}
        title="New sweep"
        tabs={
          <div data-field="name" className="flex min-w-0 items-center gap-2">
            <Input
              aria-label="Name of the sweep"
              aria-invalid={state.problemOf('name') ? true : undefined}
              aria-describedby="name-problem"
              placeholder="Name"
              value={form.name}
              onChange={(event) => state.change({ name: event.target.value })}
              onBlur={() => state.touch('name')}
              className="!w-48"
            />
            <span id="name-problem" className="truncate text-11 text-bad">
              {state.problemOf('name')}
            </span>
          </div>
        }
        facts={
          state.savedAt ? (
            <>
              draft, saved <Time at={state.savedAt} />
            </>
          ) : draft && !from ? (
            <>
              draft of <Time at={draft.updatedAt} day />
            </>
          ) : undefined
        }
        actions={
          <>
            {wrong > 0 ? (
              <button
                type="button"
                onClick={toFirstProblem}
                className="flex h-7 items-center gap-1.5 rounded-6 px-1.5 text-12 text-bad hover:bg-bad-bg"
              >
                <CircleAlert size={13} aria-hidden="true" />
                {plural(wrong, 'value')} to fix
              </button>
            ) : null}
            <Button
              icon={<FileText size={13} />}
              className="max-tablet:hidden"
              onClick={() => saveText(`${form.name || 'sweep'}.yaml`, formToYaml(form), 'application/yaml')}
            >
              Download YAML
            </Button>
            <Button type="submit" variant="primary" shortcut="⌘↵" disabled={busy} aria-disabled={wrong > 0}>
              {busy ? 'Starting…' : 'Start sweep'}
            </Button>
          </>
        }
      />
      <div className="flex min-h-0 flex-1 max-desk:block max-desk:overflow-y-auto">
        <div className="min-h-0 min-w-0 flex-1 overflow-y-auto bg-surface max-desk:overflow-visible">
          <ModelSection state={state} />
          <DataSection state={state} />
          <SpaceSection state={state} />
          <ExitSection state={state} />
          <LengthSection state={state} />
        </div>
        <aside
          aria-label="What it would cost"
          className="min-h-0 w-[430px] shrink-0 overflow-y-auto border-l border-line bg-surface max-desk:w-full max-desk:border-t max-desk:border-l-0"
        >
          <SidePane state={state} />
        </aside>
      </div>
    </form>
  )
}
