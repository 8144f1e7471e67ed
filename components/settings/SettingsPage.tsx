'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Header } from '../frame/Header'
import { signOut } from '../frame/Sidebar'
import { setTheme, useTheme } from '../frame/theme'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Facts } from '../ui/Facts'
import { ScrollRegion } from '../ui/ScrollRegion'
import { Segmented } from '../ui/Segmented'
import { Skeleton } from '../ui/Skeleton'
import { MembersSection } from './MembersSection'
import { SingleKeys } from './SingleKeys'
import { TokensSection } from './TokensSection'

/** A single column of 640 px. */
export function SettingsPage() {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const theme = useTheme()
  const { data: me } = useQuery(trpc.me.get.queryOptions())
  return (
    <>
      <Header title="Settings" />
      <ScrollRegion label="Settings" className="min-h-0 flex-1 bg-surface">
        <div className="mx-auto max-w-[672px] px-4 py-4">
          <Part title="Profile">
            {me ? (
              <div className="flex flex-wrap items-start justify-between gap-3">
                <Facts
                  rows={[
                    ['Name', me.name],
                    ['E-mail', me.email],
                    ['Role', me.isOwner ? 'owner of this installation' : (me.projects[0]?.role ?? 'none')],
                    [
                      'Projects',
                      me.projects.map((project) => `${project.name} (${project.role})`).join(', ') || 'none',
                    ],
                  ]}
                />
                <Button onClick={signOut}>Sign out</Button>
              </div>
            ) : (
              <Skeleton className="h-20" />
            )}
          </Part>
          <Part title="Theme" help="System follows the device.">
            <Segmented
              label="Theme"
              size="normal"
              value={theme}
              onChange={(next) => {
                setTheme(next)
                void client.me.saveSettings.mutate({ theme: next })
              }}
              options={[
                { value: 'system', label: 'System' },
                { value: 'light', label: 'Light' },
                { value: 'dark', label: 'Dark' },
              ]}
            />
          </Part>
          <Part title="Keys" help="Press ? on any page for the keys that work there.">
            <SingleKeys />
          </Part>
          <Part
            title="API tokens"
            help="For the CLI and REST: set ALTO_URL and ALTO_TOKEN. A secret is shown once."
          >
            <TokensSection />
          </Part>
          {me?.projects.some((project) => project.role === 'admin') ? (
            <Part
              title="Members"
              help="A link with which one more person makes an account. It is shown once and works once."
            >
              <MembersSection projects={me.projects.filter((project) => project.role === 'admin')} />
            </Part>
          ) : null}
          <Part title="Audit log" help="Who did what: sign-ins, tokens and every change.">
            <Link href="/settings/audit-log" className="text-12 underline">
              Open the audit log
            </Link>
          </Part>
        </div>
      </ScrollRegion>
    </>
  )
}

function Part({ title, help, children }: { title: string; help?: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="border-b border-line py-5 first:pt-2 last:border-b-0">
      <h2 className="text-13 font-semibold">{title}</h2>
      {help ? <p className="mt-0.5 text-12 text-ink-3">{help}</p> : null}
      <div className="mt-3">{children}</div>
    </section>
  )
}
