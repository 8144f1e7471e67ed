import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { isSignedIn, pageCaller } from '@/app/server-data'
import { SignInForm } from '@/components/account/SignInForm'
import { safeNext } from '@/components/account/signIn'

export const metadata: Metadata = { title: 'Sign in' }
export const dynamic = 'force-dynamic'

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string }> }) {
  const { next } = await searchParams
  if (await isSignedIn()) redirect(safeNext(next))
  const caller = await pageCaller()
  const { hasOwner, singleSignOn } = await caller.setup.status({})
  if (!hasOwner) redirect('/setup')
  return <SignInForm next={next} singleSignOn={singleSignOn} />
}
