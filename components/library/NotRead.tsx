'use client'

import { TRPCClientError } from '@trpc/client'
import Link from 'next/link'
import { errorSentence } from '../trpc/errorSentence'

interface NotReadProps {
  error: unknown
  onRetry: () => void
}

/** Why nobody read a model or a data set, and the way out where no agent is there. */
export function NotRead({ error, onRetry }: NotReadProps) {
  const data: unknown = error instanceof TRPCClientError ? error.data : null
  const nobody =
    typeof data === 'object' && data !== null && 'code' in data && data.code === 'PRECONDITION_FAILED'
  return (
    <>
      {errorSentence(error)}
      {nobody ? (
        <span className="whitespace-nowrap">
          {' '}
          <Link href="/cluster?tab=nodes&add=node" className="underline">
            Add a node
          </Link>
          {' or '}
          <button type="button" className="underline" onClick={onRetry}>
            try again
          </button>
          .
        </span>
      ) : null}
    </>
  )
}
