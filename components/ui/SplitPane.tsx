'use client'

import type { ReactNode } from 'react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { splitCookie } from './splitCookie'

interface SplitPaneProps {
  /** Above and below. */
  first: ReactNode
  second: ReactNode
  /** Share of the first in percent. */
  share: number
  label: string
  /** Under this name the share is kept in a cookie, so that the server draws it next time. */
  name: string
}

/** Two panes with a divider that can be dragged or moved by arrow keys. */
export function SplitPane({ first, second, share, label, name }: SplitPaneProps) {
  return (
    <Group
      orientation="vertical"
      className="h-full"
      onLayoutChanged={(layout) => {
        if (typeof layout.first === 'number')
          // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
          document.cookie = `${splitCookie(name)}=${Math.round(layout.first)}; path=/; max-age=31536000; samesite=lax`
      }}
    >
      <Panel id="first" defaultSize={`${share}%`} minSize="20%" className="min-h-0">
        {first}
      </Panel>
      <Separator
        aria-label={label}
        className="relative h-px bg-line outline-offset-[-1px] after:absolute after:inset-x-0 after:-top-1 after:h-2 data-[separator=active]:bg-focus"
      />
      <Panel id="second" minSize="15%" className="min-h-0">
        {second}
      </Panel>
    </Group>
  )
}
