'use client'

import { useState } from 'react'
import { SERVING_POLICIES } from '@/contracts/deployment-spec'
import type { DeploymentSummary } from '@/server/views/deployment-summary'
import { errorSentence, fieldSentences } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Field } from '../ui/Field'
import { Input } from '../ui/Input'
import { PaneHead } from '../ui/Pane'
import { Select } from '../ui/Select'
import { say } from '../ui/toasts'

type Settings = DeploymentSummary['settings']

interface NumberSetting {
  key: string
  label: string
  help: string
  read: (settings: Settings) => number | null
  write: (value: number) => Record<string, unknown>
}

const SETTINGS: readonly NumberSetting[] = [
  {
    key: 'targets.image',
    label: 'Images on time, %',
    help: 'what attainment is compared with',
    read: ({ targets }) => targets.image * 100,
    write: (value) => ({ targets: { image: value / 100 } }),
  },
  {
    key: 'targets.video',
    label: 'Videos on time, %',
    help: 'what attainment is compared with',
    read: ({ targets }) => targets.video * 100,
    write: (value) => ({ targets: { video: value / 100 } }),
  },
  {
    key: 'weights.image',
    label: 'Weight of images',
    help: 'what a deadline of an image counts',
    read: ({ weights }) => weights.image,
    write: (value) => ({ weights: { image: value } }),
  },
  {
    key: 'weights.video',
    label: 'Weight of videos',
    help: 'what a deadline of a video counts',
    read: ({ weights }) => weights.video,
    write: (value) => ({ weights: { video: value } }),
  },
  {
    key: 'deadlinesMs.image',
    label: 'Deadline of images, s',
    help: 'where a request names none',
    read: ({ deadlinesMs }) => deadlinesMs.image / 1000,
    write: (value) => ({ deadlinesMs: { image: Math.round(value * 1000) } }),
  },
  {
    key: 'deadlinesMs.video',
    label: 'Deadline of videos, s',
    help: 'where a request names none',
    read: ({ deadlinesMs }) => deadlinesMs.video / 1000,
    write: (value) => ({ deadlinesMs: { video: Math.round(value * 1000) } }),
  },
  {
    key: 'lateGpus',
    label: 'GPUs for late requests',
    help: 'better p99, fewer on time',
    read: ({ lateGpus }) => lateGpus,
    write: (value) => ({ lateGpus: value }),
  },
  {
    key: 'mostInLine',
    label: 'Longest line',
    help: 'live requests beyond which a new one is refused',
    read: ({ mostInLine }) => mostInLine,
    write: (value) => ({ mostInLine: value }),
  },
  {
    key: 'keepDays',
    label: 'Results are kept, days',
    help: 'then their files are removed; 0: never',
    read: ({ keepDays }) => keepDays,
    write: (value) => ({ keepDays: value }),
  },
  {
    key: 'keepGiB',
    label: 'Results are kept, GiB',
    help: 'beyond it the oldest are removed; 0: no bound',
    read: ({ keepGiB }) => keepGiB,
    write: (value) => ({ keepGiB: value }),
  },
]

interface PolicyPaneProps {
  id: string
  settings: Settings
  onSaved: () => void
}

/** What it promises and whom it prefers; the next round knows it. */
export function PolicyPane({ id, settings, onSaved }: PolicyPaneProps) {
  const client = useTRPCClient()
  const [drafts, setDrafts] = useState<Record<string, string>>({})
  const [refused, setRefused] = useState<Record<string, string>>({})
  const save = (key: string, change: Record<string, unknown>) => {
    client.deployment.update.mutate({ id, settings: change }).then(
      () => {
        setDrafts(({ [key]: _, ...rest }) => rest)
        setRefused(({ [key]: _, ...rest }) => rest)
        say('Saved. The next round knows it.')
        onSaved()
      },
      (error: unknown) => {
        const [sentence] = Object.values(fieldSentences(error))
        setRefused((before) => ({ ...before, [key]: sentence ?? errorSentence(error) }))
      },
    )
  }
  return (
    <section aria-label="What does it promise?" className="bg-surface pb-4">
      <PaneHead title="What does it promise, and whom does it prefer?" sub="the next round knows it" />
      <div className="grid max-w-3xl grid-cols-[repeat(auto-fill,minmax(200px,1fr))] gap-4 px-4">
        <Field label="Policy" help="alto is ours; the others are for comparison">
          {(control) => (
            <Select
              id={control.id}
              label="Policy"
              value={settings.policy}
              onChange={(policy) => save('policy', { policy })}
              options={SERVING_POLICIES.map((value) => ({ value, label: value }))}
            />
          )}
        </Field>
        {SETTINGS.map((setting) => {
          const stored = String(setting.read(settings) ?? '')
          const draft = drafts[setting.key]
          return (
            <form
              key={setting.key}
              onSubmit={(event) => {
                event.preventDefault()
                if (draft !== undefined) save(setting.key, setting.write(Number(draft)))
              }}
            >
              <Field label={setting.label} help={setting.help} error={refused[setting.key]}>
                {(control) => (
                  <span className="flex gap-1.5">
                    <Input
                      {...control}
                      inputMode="decimal"
                      value={draft ?? stored}
                      onChange={(event) =>
                        setDrafts((before) => ({ ...before, [setting.key]: event.target.value }))
                      }
                    />
                    {draft !== undefined && draft !== stored ? <Button type="submit">Save</Button> : null}
                  </span>
                )}
              </Field>
            </form>
          )
        })}
      </div>
    </section>
  )
}
