import type { Metadata } from 'next'
import Link from 'next/link'
import { pageCaller } from '@/app/server-data'
import { SetupForm } from '@/components/account/SetupForm'
import { Code } from '@/components/ui/Code'

export const metadata: Metadata = { title: 'Set up' }
export const dynamic = 'force-dynamic'

export default async function SetupPage({ searchParams }: { searchParams: Promise<{ token?: string }> }) {
  const { token } = await searchParams
  const caller = await pageCaller()
  const { hasOwner, link } = await caller.setup.status({ token })
  if (token && link !== 'invalid') return <SetupForm token={token} kind={link} />
  return (
    <div className="flex flex-col gap-3 text-13 text-ink-2">
      <h1 className="text-17 font-semibold text-ink">
        {token ? 'This link was used already or has ended' : 'Open the set-up link'}
      </h1>
      {hasOwner ? (
        <p>
          The first account exists. <Link href="/sign-in">Sign in</Link>, or ask an admin for an invitation.
        </p>
      ) : (
        <>
          <p>
            Alto printed a one-time link when it started. This prints a new one, on the machine that runs it:
          </p>
          <Code text="alto token setup-link" prompt />
        </>
      )}
    </div>
  )
}
