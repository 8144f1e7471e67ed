'use client'

import { useState } from 'react'
import type { NodeRow } from '@/server/views/node-row'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Code } from '../ui/Code'
import { State } from '../ui/State'
import { Time } from '../ui/Time'
import { say } from '../ui/toasts'

/** Makes the command with which one machine joins, and waits for its call. The token works once. */
export function JoinCommand({ nodes }: { nodes: readonly NodeRow[] }) {
  const client = useTRPCClient()
  const [issued, setIssued] = useState<{ command: string; expiresAt: Date; known: readonly string[] } | null>(
    null,
  )
  const create = () => {
    client.cluster.joinToken.mutate().then(
      ({ command, expiresAt }) => setIssued({ command, expiresAt, known: nodes.map((node) => node.id) }),
      (error: unknown) => say(errorSentence(error), { urgent: true }),
    )
  }
  if (!issued)
    return (
      <div className="flex flex-wrap items-center gap-3">
        <span>One command on the machine. The token in it works once; no port has to be open there.</span>
        <Button size="small" onClick={create}>
          Create the command
        </Button>
      </div>
    )
  const arrived = nodes.find((node) => !issued.known.includes(node.id))
  return (
    <div className="flex flex-col gap-2">
      <span>
        Run this on the machine. The token works once and ends at <Time at={issued.expiresAt} />.
      </span>
      <Code text={issued.command} prompt />
      {arrived ? (
        <State value="done">{arrived.name} has joined</State>
      ) : (
        <State value="waiting">Waiting for an agent to call in</State>
      )}
    </div>
  )
}
