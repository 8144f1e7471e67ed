'use client'

import { useState } from 'react'
import { unblockButton } from '@/engine/explain'
import type { NodeRow } from '@/server/views/node-row'
import type { SweepSummary } from '@/server/views/sweep-summary'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button, ButtonLink } from '../ui/Button'
import { formatTime } from '../ui/format/time'
import { say } from '../ui/toasts'
import { useHydrated } from '../ui/useHydrated'
import { readUnblock } from './read-unblock'

interface UnblockButtonProps {
  sweep: SweepSummary
  nodes: readonly NodeRow[]
}

/** The cheapest change that would start a waiting sweep, with its effect beside it; taken back by one click. */
export function UnblockButton({ sweep, nodes }: UnblockButtonProps) {
  const client = useTRPCClient()
  const hydrated = useHydrated()
  const [asked, setAsked] = useState(false)
  const unblock = readUnblock(sweep, nodes)
  if (!unblock) return null
  const write = (seconds: number) => formatTime(new Date(seconds * 1000), hydrated ? {} : { timeZone: 'UTC' })
  const { label, effect } = unblockButton(unblock, sweep.hold?.expectedStart ?? undefined, write)

  const ask = (change: () => Promise<unknown>, done: string, undo: (() => Promise<unknown>) | null) => {
    setAsked(true)
    const refused = (error: unknown) => {
      setAsked(false)
      say(errorSentence(error), { urgent: true })
    }
    change().then(
      () =>
        say(
          done,
          undo
            ? {
                action: {
                  label: 'Undo',
                  onClick: () => {
                    setAsked(false)
                    undo().catch(refused)
                  },
                },
              }
            : {},
        ),
      refused,
    )
  }
  const act = () => {
    const value = Number(unblock.target)
    switch (unblock.action) {
      case 'end-drain':
        return ask(
          () => client.cluster.open.mutate({ nodeId: unblock.id }),
          `${unblock.target} takes work again.`,
          null,
        )
      case 'ask-gpus':
        return ask(
          () => client.sweep.change.mutate({ id: sweep.id, gpus: value }),
          `${sweep.name} asks for ${value} instead of ${sweep.gpus}.`,
          () => client.sweep.change.mutate({ id: sweep.id, gpus: sweep.gpus }),
        )
      case 'raise-priority':
        return ask(
          () => client.sweep.change.mutate({ id: sweep.id, priority: value }),
          `${sweep.name} has priority ${value} now.`,
          () => client.sweep.change.mutate({ id: sweep.id, priority: sweep.priority }),
        )
      case 'add-node':
    }
  }
  return (
    <div className="shrink-0 text-right max-tablet:basis-full">
      {unblock.action === 'add-node' ? (
        <ButtonLink href="/cluster?tab=nodes&add=node">{label}</ButtonLink>
      ) : (
        <Button disabled={asked} onClick={act}>
          {label}
        </Button>
      )}
      <p className="mt-1 max-w-64 text-11 text-ink-3 max-tablet:ml-auto">{effect}</p>
    </div>
  )
}
