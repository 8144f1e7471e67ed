import type { ReactNode } from 'react'
import { demandPerson, pageCaller } from '@/app/server-data'
import { Frame } from '@/components/frame/Frame'
import { LiveProvider } from '@/components/live/LiveProvider'
import { ServerData } from '@/components/trpc/ServerData'

export const dynamic = 'force-dynamic'

export default async function MainLayout({ children }: { children: ReactNode }) {
  await demandPerson()
  const caller = await pageCaller()
  const [me, { journalId }] = await Promise.all([caller.me.get(), caller.sweep.list({ limit: 1 })])
  return (
    <ServerData>
      <LiveProvider after={journalId}>
        <Frame me={me}>{children}</Frame>
      </LiveProvider>
    </ServerData>
  )
}
