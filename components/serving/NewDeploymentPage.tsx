'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { Header } from '../frame/Header'
import { Section } from '../new-sweep/Section'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Code } from '../ui/Code'
import { Field, FieldError } from '../ui/Field'
import { formatBytes } from '../ui/format/bytes'
import { plural } from '../ui/format/number'
import { Input } from '../ui/Input'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Skeleton } from '../ui/Skeleton'

const BUILT_IN = { image: 'builtin/tiny-image', video: 'builtin/tiny-video' } as const

/** Puts a pair of models on chosen GPUs. */
export function NewDeploymentPage() {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const router = useRouter()
  const { data } = useQuery(trpc.cluster.nodes.queryOptions())
  const [name, setName] = useState('pair')
  const [imageModel, setImageModel] = useState<string>(BUILT_IN.image)
  const [videoModel, setVideoModel] = useState<string>(BUILT_IN.video)
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null)
  const [refused, setRefused] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const gpus = (data?.nodes ?? []).flatMap((node) => node.gpus.map((gpu) => ({ ...gpu, node: node.name })))
  const free = gpus.filter((gpu) => gpu.heldBy.length === 0)
  const gpuIds = [...(chosen ?? new Set(free.slice(0, 1).map((gpu) => gpu.id)))]
  const spec = {
    name,
    imageModel: imageModel.trim() || null,
    videoModel: videoModel.trim() || null,
    gpuIds,
  }
  const toggle = (id: string) => {
    const next = new Set(gpuIds)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }
  const deploy = () => {
    setBusy(true)
    setRefused({})
    client.deployment.create.mutate({ spec }).then(
      (answer) => {
        setBusy(false)
        if (answer.accepted) router.push(`/serving/${answer.id}`)
        else
          setRefused(
            Object.fromEntries(
              answer.problems.map((problem) => [String(problem.path[0] ?? ''), problem.message]),
            ),
          )
      },
      (error: unknown) => {
        setBusy(false)
        setRefused({ '': errorSentence(error) })
      },
    )
  }
  const modelField = (
    kind: 'image' | 'video',
    value: string,
    onChange: (value: string) => void,
    help: ReactNode,
  ) => (
    <Field
      label={kind === 'image' ? 'Image model' : 'Video model'}
      help={help}
      error={refused[`${kind}Model`]}
    >
      {(control) => (
        <Input
          {...control}
          value={value}
          list={`${control.id}-models`}
          placeholder="none"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
  return (
    <>
      <Header title="Deploy" parent={{ href: '/serving', label: 'Serving' }} />
      <form
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event) => {
          event.preventDefault()
          deploy()
        }}
      >
        <ScrollRegion label="What to deploy" className="min-h-0 flex-1 bg-surface">
          <Section title="Name" help="How requests call it: the model of OpenAI's clients.">
            <Field label="Name" error={refused.name} className="max-w-xs">
              {(control) => (
                <Input {...control} value={name} onChange={(event) => setName(event.target.value)} />
              )}
            </Field>
          </Section>
          <Section title="Models" help="Both stay on every GPU, so that each can do what is due next.">
            <div className="grid max-w-2xl grid-cols-2 gap-4 max-tablet:grid-cols-1">
              {modelField(
                'image',
                imageModel,
                setImageModel,
                'Built in, a folder in Diffusers format on the node, or a hub id. Empty: no images.',
              )}
              {modelField('video', videoModel, setVideoModel, 'The same, for videos. Empty: no videos.')}
            </div>
          </Section>
          <Section title="GPUs" help="They belong to this deployment until it is stopped.">
            <fieldset>
              <legend className="sr-only">GPUs</legend>
              {!data ? (
                <Skeleton className="h-16" />
              ) : gpus.length === 0 ? (
                <p className="text-12 text-ink-2">
                  No node has joined yet. Start an agent, or add a node on the cluster page.
                </p>
              ) : (
                <ul className="grid max-w-2xl grid-cols-2 gap-x-4 max-tablet:grid-cols-1">
                  {gpus.map((gpu) => (
                    <li key={gpu.id}>
                      <label className="flex min-h-7 items-center gap-2 text-12 pointer-coarse:min-h-11">
                        <input
                          type="checkbox"
                          checked={gpuIds.includes(gpu.id)}
                          onChange={() => toggle(gpu.id)}
                        />
                        <span className="font-550">{gpu.id}</span>
                        <span className="truncate text-ink-3">
                          {gpu.memoryBytes ? formatBytes(gpu.memoryBytes) : ''}
                          {gpu.heldBy.length > 0
                            ? `, held by ${gpu.heldBy.map((one) => one.name).join(', ')}`
                            : ', free'}
                        </span>
                      </label>
                    </li>
                  ))}
                </ul>
              )}
              {refused.gpuIds ? <FieldError>{refused.gpuIds}</FieldError> : null}
            </fieldset>
          </Section>
          <Section title="By command" help="The same from a terminal.">
            <Code
              prompt
              text={`alto deploy ${name || 'pair'}${spec.imageModel ? ` --image ${spec.imageModel}` : ''}${
                spec.videoModel ? ` --video ${spec.videoModel}` : ''
              } --gpus ${gpuIds.join(',') || 'node/0'}`}
            />
          </Section>
        </ScrollRegion>
        <footer className="flex min-h-12 shrink-0 flex-wrap items-center gap-3 border-t border-line bg-surface px-5 py-2">
          <p className="text-12 text-ink-2">
            On {plural(gpuIds.length, 'GPU')}. The models are loaded and measured first; that takes a minute.
          </p>
          {refused[''] ? <FieldError>{refused['']}</FieldError> : null}
          <Button type="submit" variant="primary" disabled={busy} className="ml-auto">
            {busy ? 'An agent looks at the models…' : 'Deploy'}
          </Button>
        </footer>
      </form>
    </>
  )
}
